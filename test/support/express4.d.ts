/** The previous major version, installed beside the current one. */
declare module 'express4' {
  const express: unknown;
  export default express;
}
