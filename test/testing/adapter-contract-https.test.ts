import { runContract } from './run-contract.js';
import { SUBJECTS } from './subjects.js';

// What TLS changes is the connection below the requests; their text is read as without it.
runContract(SUBJECTS.https, ['protocol', 'pipelines', 'endings', 'failures', 'aborts', 'soak']);
