// Pages on raw sockets: each writes to its room, one message after the other, as browsers do.
import { open, session, textFrame } from "../support/client.mjs";

const [port, n] = process.argv.slice(2).map(Number);
const { cookie, hello } = await session(port, "room/");
const headers = `cookie: ${cookie}\r\norigin: http://127.0.0.1:${port}\r\n`;
const pages = Array.from({ length: n }, (_, index) => makePage(`room/${index}`));
let wanted = 0;
let acknowledged = 0;
let ready = 0;

function makePage(room) {
  let store;
  let number = 0;
  let version = 0;
  const socket = open({
    port,
    path: "/_violet/socket",
    headers,
    onOpen: () => socket.write(textFrame(hello.replace("room/", room))),
    onFrame(bytes, from, to) {
      const text = bytes.toString("utf8", from, to);
      if (text.startsWith('{"type":"ack"')) taken();
      else if (text.startsWith('{"type":"state"')) {
        store = JSON.parse(text).id;
        if (++ready === n) process.send({ ready });
      } else if (text.startsWith('{"type":"ping"')) socket.write(textFrame('{"type":"pong"}'));
      else if (text.startsWith('{"type":"error"')) throw new Error(text);
    },
  });
  function write() {
    wanted--;
    const message = {
      type: "SYNC",
      store,
      n: ++number,
      v: version++,
      batches: [[["increment", ["count"], 1]]],
    };
    socket.write(textFrame(JSON.stringify(message)));
  }
  function taken() {
    acknowledged++;
    if (wanted > 0) write();
    else if (acknowledged === asked) done();
  }
  return { write };
}

let asked = 0;
function done() {
  process.send({ acknowledged });
}

process.on("message", ({ write, usage }) => {
  if (usage) {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: (user + system) / 1e6 });
  } else {
    wanted = write;
    acknowledged = 0;
    asked = write;
    for (const page of pages) page.write();
  }
});
process.on("disconnect", () => process.exit());
