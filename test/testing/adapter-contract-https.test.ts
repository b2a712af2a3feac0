import { runContract } from './run-contract.js';
import { SUBJECTS } from './subjects.js';

runContract(SUBJECTS.https);
