/**
 * What Redis does in one step, in Lua. KEYS are those of one state (keys.ts); a state is a hash: `epoch`, `version`,
 * `schema`, `value` as it was at the version `checkpoint`, `until`, `commit` (the id of the last one), `server`, and
 * `letters` (how many are in the log). The log is a stream; an entry's id is the version that it made.
 *
 * `server` is the replication id of the server that wrote the state. A primary takes a new one when it starts and when it
 * is promoted, which is when it may lack what another one has acknowledged. Scripts ask for it themselves: what a
 * connection knew of its server may be old by now.
 *
 * Scripts write nothing before all that can fail has been read, and first what Redis refuses when it is full: it does
 * not take back what a script wrote, and does not look again whether there is room.
 */
import { createHash } from "node:crypto";
import type { Redis, RedisValue } from "ioredis";

/** As many entries, or as many letters, as a server sends to pages that were away. */
const LOG_ENTRIES = 1000;
const LOG_LETTERS = 1024 * 1024;

/** More than any state of ours has. What other programs wrote under its names must not hold up Redis, or this process. */
const MAX_VALUE_BYTES = 64 * 1024 * 1024;
const MAX_WRITERS = 1_000_000;

const prelude = `
local state, log, writers = KEYS[1], KEYS[2], KEYS[3]
local replication = redis.call('INFO', 'replication')
local server = string.match(replication, 'master_replid:(%x+)')
if not string.find(replication, 'role:master', 1, true) or not server then
  return redis.error_reply('READONLY It is a replica.')
end

local function isOver(ends, now)
  return ends and (tonumber(ends) or 0) <= tonumber(now)
end
`;

/** A script by its hash, or as it is where the server does not know it. */
class Script {
  readonly #lua: string;
  readonly #hash: string;

  constructor(lua: string) {
    this.#lua = prelude + lua;
    this.#hash = createHash("sha1").update(this.#lua).digest("hex");
  }

  async run(redis: Redis, keys: readonly string[], args: readonly RedisValue[]): Promise<unknown> {
    const given = [...keys, ...args];
    try {
      return await redis.evalsha(this.#hash, keys.length, ...given);
    } catch (error) {
      if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
      return redis.eval(this.#lua, keys.length, ...given);
    }
  }
}

/**
 * Reads a state, or gives nil. Where another server wrote it, or it is behind a version that the caller has seen, a tail
 * of it may be lost: a new epoch begins, for all processes.
 */
export const load = new Script(`
local now, fresh, knownEpoch, knownVersion = unpack(ARGV)
local epoch, version, schema, checkpoint, value, commit, home, ends = unpack(redis.call(
  'HMGET', state, 'epoch', 'version', 'schema', 'checkpoint', 'value', 'commit', 'server', 'until'
))
if redis.call('EXISTS', state) == 0 or isOver(ends, now) then return false end
if redis.call('HSTRLEN', state, 'value') > ${MAX_VALUE_BYTES} or redis.call('HLEN', writers) > ${MAX_WRITERS} then
  return redis.error_reply('TOOBIG It is too big.')
end
local newest = string.match(version or '', '^%d+$') or '0'
if #newest > 16 then newest = '0' end
local entries = redis.call('XREVRANGE', log, newest .. '-0', '-', 'COUNT', ${2 * LOG_ENTRIES})
local records = redis.call('HGETALL', writers)

local isBehind = epoch == knownEpoch and (tonumber(version) or 0) < tonumber(knownVersion)
if epoch and (home ~= server or isBehind) then
  redis.call('HSET', state, 'epoch', fresh, 'server', server)
  redis.call('PUBLISH', state, version .. ' ' .. fresh)
  epoch = fresh
end
return { epoch, version, schema, checkpoint, value, commit, entries, records }
`);

/**
 * Gives \`stored\`; \`conflict\` where something else is stored than the caller knows; \`trimmed\` where the log
 * lacks entries, or has others, so that the caller has to send the whole state.
 */
export const commit = new Script(`
local now, epoch, version, nextVersion, schema, known, id, ends, value, entries, records, forgotten = unpack(ARGV, 1, 12)
local first = 13
local storedEpoch, storedVersion, storedSchema, checkpoint, storedCommit, home, storedEnds, letters = unpack(redis.call(
  'HMGET', state, 'epoch', 'version', 'schema', 'checkpoint', 'commit', 'server', 'until', 'letters'
))
local logged = redis.call('XLEN', log)
redis.call('HLEN', writers)

local begins = isOver(storedEnds, now) or not storedEpoch and redis.call('EXISTS', state) == 0
if begins then
  if version ~= '0' then return 'conflict' end
else
  if storedCommit == id then return 'stored' end
  local isKnown = known == '' or known == storedCommit
  if storedEpoch ~= epoch or storedVersion ~= version or home ~= server or not isKnown then return 'conflict' end
  if value == '' and logged < tonumber(version) - (tonumber(checkpoint) or -1) then return 'trimmed' end
end

redis.call('PUBLISH', state, nextVersion .. ' ' .. epoch)
if begins then
  redis.call('HSET', state, 'epoch', epoch)
  redis.call('UNLINK', state, log, writers)
  letters = 0
end

letters = tonumber(letters) or 0
for index = 1, tonumber(entries) do
  local text = ARGV[first + index - 1]
  local at = string.format('%.0f-0', tonumber(version) + index)
  local added = redis.pcall('XADD', log, at, 'entry', text)
  if added.err and string.find(added.err, 'equal or smaller', 1, true) then
    if value == '' then return 'trimmed' end
    redis.call('UNLINK', log)
    letters = 0
    added = redis.call('XADD', log, at, 'entry', text)
  end
  if added.err then return added end
  letters = letters + #text
end
first = first + entries

if value ~= '' then
  redis.call('HSET', state, 'value', value, 'checkpoint', nextVersion)
  if not begins and storedSchema ~= schema then
    redis.call('XTRIM', log, 'MAXLEN', 0)
    letters = 0
  end
  while letters > ${LOG_LETTERS} or redis.call('XLEN', log) > ${LOG_ENTRIES} do
    local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    letters = oldest and letters - #(oldest[2][2] or '') or 0
    if oldest then redis.call('XDEL', log, oldest[1]) end
  end
end
redis.call('HSET', state, 'epoch', epoch, 'version', nextVersion, 'schema', schema, 'server', server,
  'commit', id, 'letters', string.format('%.0f', letters))

for index = first + 2 * records, first + 2 * records + forgotten - 1 do
  redis.call('HDEL', writers, ARGV[index])
end
for index = first, first + 2 * records - 1, 2 do
  redis.call('HSET', writers, ARGV[index], ARGV[index + 1])
end

if ends ~= '' then
  redis.call('HSET', state, 'until', ends)
  for _, key in ipairs(KEYS) do
    redis.call('PEXPIRE', key, string.format('%.0f', tonumber(ends) - tonumber(now)))
  end
elseif storedEnds and not begins then
  redis.call('HDEL', state, 'until')
  for _, key in ipairs(KEYS) do redis.call('PERSIST', key) end
end
return 'stored'
`);

/** A state that has an end, and has not come to it, goes on until another time. */
export const extend = new Script(`
local now, ends = unpack(ARGV)
local storedEnds = redis.call('HGET', state, 'until')
if not storedEnds or isOver(storedEnds, now) then return end
redis.call('HSET', state, 'until', ends)
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, string.format('%.0f', tonumber(ends) - tonumber(now)))
end
`);
