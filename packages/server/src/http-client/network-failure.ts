/** Why there is no response. */
export type FailureReason =
  /** a rule of the client forbids the address or the URL */
  | 'refused'
  /** the request cannot be sent as it is */
  | 'invalid-request'
  | 'request-too-large'
  | 'response-too-large'
  /** what came back is not a response that can be used */
  | 'invalid-response'
  | 'network'
  /** this process or its machine has no file handle left for a connection */
  | 'no-handles'
  /** the time that the request had is over */
  | 'timeout'
  | 'aborted';

export interface HttpFailure {
  readonly type: 'failed';
  readonly reason: FailureReason;
  /** one sentence or error code with its address, for people */
  readonly detail: string;
  /** false: the request was certainly not sent, or was answered; true: nobody knows what the server did with it */
  readonly unknown: boolean;
}

interface NetworkError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly errors?: readonly NetworkError[];
}

/** Says what an error of the socket or of the HTTP parser means. `sent`: bytes of the request may have left. */
export function toFailure(cause: unknown, sent: boolean): HttpFailure {
  const error = cause as NetworkError;
  switch (error.code) {
    case 'ERR_REFUSED_ADDRESS':
      return { type: 'failed', reason: 'refused', detail: error.message, unknown: false };
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      return { type: 'failed', reason: 'invalid-request', detail: error.message, unknown: false };
    case 'UND_ERR_HEADERS_OVERFLOW':
      return {
        type: 'failed',
        reason: 'invalid-response',
        detail: 'the headers of the response are too large',
        unknown: sent,
      };
    case 'UND_ERR_HEADERS_TIMEOUT':
      return {
        type: 'failed',
        reason: 'network',
        detail: 'no response came in time: the headers of the response did not arrive',
        unknown: sent,
      };
    case 'UND_ERR_BODY_TIMEOUT':
      return {
        type: 'failed',
        reason: 'network',
        detail: 'the response stopped in the middle: its body did not go on in time',
        unknown: sent,
      };
    default:
      if (!sent && isShortOfHandles(error))
        return { type: 'failed', reason: 'no-handles', detail: describe(error), unknown: false };
      return { type: 'failed', reason: 'network', detail: describe(error), unknown: sent };
  }
}

/** Of several addresses that were tried one is enough. */
function isShortOfHandles({ code, errors = [] }: NetworkError): boolean {
  return code === 'EMFILE' || code === 'ENFILE' || errors.some(isShortOfHandles);
}

function describe(error: NetworkError): string {
  if (error.errors !== undefined && error.errors.length > 0) return error.errors.map(describe).join(', ');
  if (error.code === 'UND_ERR_SOCKET')
    return `the connection was closed by the other side (${error.message})`;
  if (error.code !== undefined && error.address !== undefined)
    return `${error.code} ${hostAndPort(error.address, error.port)}`;
  if (error.code !== undefined && error.hostname !== undefined) return `${error.code} ${error.hostname}`;
  return error.code === undefined || error.message.includes(error.code)
    ? error.message
    : `${error.code}: ${error.message}`;
}

function hostAndPort(address: string, port: number | undefined): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return port === undefined ? host : `${host}:${port}`;
}
