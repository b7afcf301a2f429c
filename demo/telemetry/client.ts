import "violet-live/tags";
import "./telemetry.client.ts";
import "./pointer-field.ts";
import { client, start } from "violet-live";
import { watch } from "./telemetry.server.ts";

client.on("connect", () => watch());
// No shared store connects this page.
start();
