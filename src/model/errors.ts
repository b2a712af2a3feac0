/** Every code that an error of telltale's can have. Each is explained in the README. */
export type ErrorCode =
  | 'TELLTALE_INVALID_OPTION'
  | 'TELLTALE_UNKNOWN_APP'
  | 'TELLTALE_INVALID_METRIC'
  | 'TELLTALE_INVALID_VALUE'
  | 'TELLTALE_INVALID_CHECK'
  | 'TELLTALE_INVALID_OPERATION';

/**
 * A mistake in the way telltale is called, thrown at that call and never later. The message says
 * what was wrong and what was expected.
 */
export class TelltaleError extends TypeError {
  override readonly name = 'TelltaleError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
