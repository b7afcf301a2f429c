/**
 * Why a socket is closed. 4000-4499: come back (after the backoff, or `retryAfterMs`); 4500-4999: stop. The codes
 * below 4000 are the WebSocket protocol's own (RFC 6455, section 7.4).
 */
export const closeCodes = {
  /** The page is left for good: its identity ends at once. */
  bye: 1000,
  /** The server is going away. */
  restart: 1001,
  unsupported: 1003,
  tooBig: 1009,
  /** The page went into the back/forward cache: its identity waits. */
  parked: 3000,
  drain: 4000,
  helloTimeout: 4001,
  slow: 4002,
  heartbeat: 4003,
  resync: 4004,
  storage: 4005,
  rate: 4006,
  /** Session or CSRF token refused: fetch a new one once, then stop. */
  session: 4501,
  revoked: 4502,
  protocol: 4503,
  tooMany: 4504,
  badMessages: 4506,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** After these the link does not come back by itself. */
export const isTerminal = (code: number): boolean => code >= 4500 && code < 5000;
