// N subscribers on raw sockets: they count the frames that carry a patch, and do nothing else.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";

const [candidate, port, n] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
let received = 0;
let awaited = Number.POSITIVE_INFINITY;
let ready = 0;

const paths = { violet: "/_violet/socket", "socket.io": "/socket.io/?EIO=4&transport=websocket" };

function textFrame(text) {
  const data = Buffer.from(text);
  const mask = randomBytes(4);
  const head =
    data.length < 126
      ? Buffer.from([0x81, 0x80 | data.length])
      : Buffer.from([0x81, 0xfe, data.length >> 8, data.length & 255]);
  return Buffer.concat([head, mask, data.map((byte, index) => byte ^ mask[index & 3])]);
}

/** What each candidate's protocol wants before it sends patches; true once it does. */
const greetings = {
  violet(socket, text) {
    if (text.startsWith('{"type":"state"')) return true;
    if (text.startsWith('{"type":"ping"')) socket.write(textFrame('{"type":"pong"}'));
    return false;
  },
  "socket.io"(socket, text) {
    if (text.startsWith("0")) socket.write(textFrame("40"));
    if (text === "2") socket.write(textFrame("3"));
    return text.startsWith("40");
  },
};

async function session() {
  if (candidate !== "violet") return { headers: "", hello: undefined };
  const response = await fetch(`http://127.0.0.1:${port}/_violet/session`, {
    method: "POST",
    headers: { origin: `http://127.0.0.1:${port}` },
  });
  const cookie = response.headers.getSetCookie()[0].split(";")[0];
  const { csrf } = await response.json();
  const hello = (client) =>
    JSON.stringify({
      type: "hello",
      protocol: 1,
      ...(client && { client }),
      csrf,
      stores: [{ store: "chat", life: 1 }],
    });
  return { headers: `cookie: ${cookie}\r\norigin: http://127.0.0.1:${port}\r\n`, hello };
}

const { headers, hello } = await session();

for (let index = 0; index < n; index++) subscribe();

function subscribe() {
  const socket = connect({ port, host: "127.0.0.1" });
  const path = paths[candidate] ?? "/";
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${headers}upgrade: websocket\r\nconnection: upgrade\r\n` +
      `sec-websocket-key: ${randomBytes(16).toString("base64")}\r\nsec-websocket-version: 13\r\n\r\n`,
  );
  let greeted = false;
  let upgraded = false;
  let rest = Buffer.alloc(0);
  socket.on("error", (error) => {
    console.error(`load: ${error.message}`);
    process.exit(1);
  });
  socket.on("data", (chunk) => {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    if (!upgraded) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!rest.subarray(0, 12).toString().includes("101")) throw new Error(rest.toString());
      rest = rest.subarray(end + 4);
      upgraded = true;
      if (hello) socket.write(textFrame(hello()));
      if (!greetings[candidate]) greeted = !!++ready && atStart();
    }
    let at = 0;
    for (;;) {
      if (rest.length - at < 2) break;
      const short = rest[at + 1] & 127;
      const size =
        short < 126
          ? short
          : rest.length - at < 4
            ? -1
            : short === 126
              ? rest.readUInt16BE(at + 2)
              : Number(rest.readBigUInt64BE(at + 2));
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (size < 0 || rest.length - at < head + size) break;
      if (greeted) received++;
      else if (greetings[candidate](socket, rest.toString("utf8", at + head, at + head + size)))
        greeted = !!++ready && atStart();
      at += head + size;
    }
    rest = at === rest.length ? Buffer.alloc(0) : rest.subarray(at);
    if (received >= awaited) done();
  });
}

function atStart() {
  if (ready === n) process.send({ ready });
  return true;
}

function done() {
  received -= awaited;
  awaited = Number.POSITIVE_INFINITY;
  process.send({ done: true });
}

process.on("message", ({ await: count, usage }) => {
  if (usage) {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: (user + system) / 1e6 });
  }
  if (count) {
    awaited = count;
    if (received >= awaited) done();
  }
});
process.on("disconnect", () => process.exit());
