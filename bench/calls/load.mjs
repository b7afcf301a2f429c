// Callers on raw sockets: each makes one call after the other, as soon as it has its answer.
import { connect } from "node:net";
import { open, session, textFrame } from "../support/client.mjs";

const [candidate, port, n] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const args = ["a text of some thirty characters"];
const origin = `http://127.0.0.1:${port}`;
const isRpc = candidate.startsWith("rpc");
const isViolet = isRpc || candidate === "realtime";
const { cookie, caller, hello } = isViolet ? await session(port) : {};
const isHttp = candidate !== "realtime" && candidate !== "ws";

let wanted = 0;
let running = 0;
let times = [];
const callers = Array.from({ length: n }, () => (isHttp ? overHttp() : overSocket()));
await Promise.all(callers.map((each) => each.ready));
process.send({ ready: n });

/** The next call of this caller, until as many as were asked for are made. */
function next(each) {
  if (each.at !== undefined) times.push(performance.now() - each.at);
  each.at = undefined;
  if (wanted > 0) {
    wanted--;
    each.at = performance.now();
    each.call();
  } else if (--running === 0) done();
}

function done() {
  times.sort((a, b) => a - b);
  process.send({ p50: times[times.length >> 1] });
}

function overHttp() {
  const path = isRpc ? "/_violet/rpc/calls.measure" : "/measure";
  const body = JSON.stringify(candidate === "tRPC" ? args : { args });
  const own = isRpc ? `cookie: ${cookie}\r\norigin: ${origin}\r\n${caller}` : "";
  const request = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${own}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const socket = connect({ port, host: "127.0.0.1" });
  socket.setNoDelay();
  const each = {
    call: () => socket.write(request),
    ready: new Promise((resolve) => socket.once("connect", resolve)),
  };
  let rest = "";
  socket.on("data", (chunk) => {
    rest += chunk.toString("latin1");
    const head = rest.indexOf("\r\n\r\n");
    if (head < 0) return;
    const [, length] = /^content-length: (\d+)/im.exec(rest) ?? [];
    const isWhole = length ? rest.length >= head + 4 + Number(length) : rest.endsWith("\r\n0\r\n\r\n");
    if (!isWhole) return;
    if (!rest.startsWith("HTTP/1.1 200")) throw new Error(rest);
    rest = "";
    next(each);
  });
  socket.on("end", () => {
    throw new Error("the server ended a connection");
  });
  return each;
}

function overSocket() {
  const { promise: ready, resolve } = Promise.withResolvers();
  const call = textFrame(JSON.stringify({ type: "call", name: "calls.say", args }));
  const each = { call: () => socket.write(call), ready };
  let heard = 0;
  const socket = open({
    port,
    path: isViolet ? "/_violet/socket" : "/",
    headers: isViolet ? `cookie: ${cookie}\r\norigin: ${origin}\r\n` : "",
    onOpen: () => (isViolet ? socket.write(textFrame(hello)) : resolve()),
    onFrame(bytes, from, to) {
      const text = bytes.toString("utf8", from, to);
      if (text.startsWith('{"type":"call"')) {
        heard = JSON.parse(text).i;
        next(each);
      } else if (text.startsWith('{"type":"welcome"')) resolve();
      else if (text.startsWith('{"type":"ping"'))
        socket.write(textFrame(JSON.stringify({ type: "pong", heard })));
      else throw new Error(text);
    },
  });
  socket.setNoDelay();
  return each;
}

process.on("message", ({ calls, by, usage }) => {
  if (usage) {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: (user + system) / 1e6 });
  } else {
    times = [];
    wanted = calls;
    running = by;
    for (const each of callers.slice(0, by)) next(each);
  }
});
process.on("disconnect", () => process.exit());
