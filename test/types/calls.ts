/** What functions take and give, on both ends. Held by `npm run types`. */
import { integer, object, optional, string } from "superstruct";
import { server } from "../../server/index.ts";
import { client, remote } from "../../src/index.ts";

const search = server.rpc([string(), optional(integer())], (query, max = 10) => ({ query, max }));
const count = server.rpc(async ({ client: { id } }) => id.length);
const keystroke = server.realtime([integer()], (n, { session }) => [n, session]);
const notify = client.realtime([string()], (text) => text.length);

void (search("tea") satisfies Promise<{ query: string; max: number }>);
void search("tea", 3);
void (search.with({ id: "1" })("tea") satisfies Promise<{ query: string }>);
void (count() satisfies Promise<number>);
keystroke(1) satisfies undefined;
notify.invoke(["a", "b"], "hello");
// @ts-expect-error: a text
void search(1);
// @ts-expect-error: one argument is missing
void search();
// @ts-expect-error: one too many
keystroke(1, 2);
// @ts-expect-error: a text
notify.invoke("a", 1);
// @ts-expect-error: it is not known to whom
notify.broadcast("a", "b");

// @ts-expect-error: a Date is no JSON
server.rpc(() => ({ at: new Date() }));
// @ts-expect-error: the result does not fit its struct
server.rpc([string()], object({ n: integer() }), (text) => ({ n: text }));

server.on("moved", { data: object({ x: integer() }) }, ({ x }) => x.toFixed());
// @ts-expect-error: x is a number
server.on("moved", { data: object({ x: integer() }) }, ({ x }) => x.trim());

interface Module {
  readonly search: typeof search;
  readonly keystroke: typeof keystroke;
  readonly helper: string;
}
const stubs = remote<Module>("chat", { keystroke: "realtime" });
void (stubs.search("tea") satisfies Promise<{ query: string; max: number }>);
stubs.keystroke(1) satisfies undefined;
// @ts-expect-error: a text
void stubs.search(1);
// @ts-expect-error: no function
void stubs.helper;
// @ts-expect-error: keystroke is realtime, which has to be said
remote<Module>("chat");
// @ts-expect-error: search is not
remote<Module>("chat", { keystroke: "realtime", search: "realtime" });
remote<{ readonly search: typeof search }>("chat");
