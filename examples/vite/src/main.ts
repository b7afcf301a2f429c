import { start } from "violet-live";
import { keystroke, search } from "./chat.server.js";
import "./toast.client.js";

start();

const input = document.querySelector("input") as HTMLInputElement;
const list = document.querySelector("ul") as HTMLUListElement;

async function show(): Promise<void> {
  const rows = await search(input.value);
  list.replaceChildren(
    ...rows.map((row) => Object.assign(document.createElement("li"), { textContent: row })),
  );
}

input.addEventListener("input", () => {
  keystroke(input.value.length);
  void show();
});
