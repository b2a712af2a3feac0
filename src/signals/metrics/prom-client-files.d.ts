declare module 'prom-client/lib/registry.js' {
  import { Registry } from 'prom-client';

  export default Registry;
}

declare module 'prom-client/lib/summary.js' {
  import { Summary } from 'prom-client';

  export default Summary;
}
