/** What one client may cost. Each name says its unit; each reached limit has an error or a close code. */
export interface Limits {
  /** Levels of nesting in a message. */
  readonly maxDepth: number;
  /** Values in a message: objects, lists and leaves. */
  readonly maxNodes: number;
  readonly maxKeysPerObject: number;
  readonly maxPathSteps: number;
  readonly maxBatchOps: number;
  readonly maxFragments: number;
  /** Of one connection, on average; `messageBurst` at once. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** In its messages, on average; `opBurst` at once. */
  readonly opsPerSecond: number;
  readonly opBurst: number;
  /** Bad frames within `strikesMs`, then the socket is closed. */
  readonly strikes: number;
  readonly strikesMs: number;
  /** From the upgrade to the first frame. */
  readonly helloMs: number;
  /** Tokens that nobody signed, from one address within `tokenFailuresMs`; then it is not listened to until that is over. */
  readonly tokenFailures: number;
  readonly tokenFailuresMs: number;
  readonly storesPerSocket: number;
  readonly componentsPerSocket: number;
  readonly roomsPerSession: number;
  readonly socketsPerSession: number;
  readonly socketsPerAddress: number;
  /** Of a server that `app.listen` makes: connections of all kinds. */
  readonly maxConnections: number;
  readonly maxStoreBytes: number;
  readonly logOps: number;
  readonly logBytes: number;
  /** What may wait for one socket; then patches give way to one snapshot. */
  readonly outboxBytes: number;
  readonly outboxFrames: number;
  /** Without progress for so long a socket is closed. */
  readonly stalledMs: number;
  /** An identity whose link is lost lives on for so long. */
  readonly graceMs: number;
  /** A room that nobody uses is dropped after this time. */
  readonly idleRoomMs: number;
  /** The longest a rule or handler may take. */
  readonly handlerMs: number;
  readonly dedupeMs: number;
  readonly dedupeClients: number;
}

const MIB = 1024 * 1024;

export const defaultLimits: Limits = {
  maxDepth: 32,
  maxNodes: 5000,
  maxKeysPerObject: 500,
  maxPathSteps: 16,
  maxBatchOps: 100,
  maxFragments: 64,
  messagesPerSecond: 50,
  messageBurst: 100,
  opsPerSecond: 500,
  opBurst: 1000,
  strikes: 5,
  strikesMs: 60_000,
  helloMs: 5000,
  tokenFailures: 10,
  tokenFailuresMs: 600_000,
  storesPerSocket: 64,
  componentsPerSocket: 64,
  roomsPerSession: 64,
  socketsPerSession: 10,
  socketsPerAddress: 100,
  maxConnections: 20_000,
  maxStoreBytes: MIB,
  logOps: 1000,
  logBytes: MIB,
  outboxBytes: MIB,
  outboxFrames: 1000,
  stalledMs: 30_000,
  graceMs: 180_000,
  idleRoomMs: 60_000,
  handlerMs: 10_000,
  dedupeMs: 24 * 3_600_000,
  dedupeClients: 100_000,
};
