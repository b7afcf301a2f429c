import { LitElement } from "lit";
import { Violet } from "./mixin.ts";

/** The base of live elements: a LitElement that follows the stores it reads (`Violet`). Runs on the server too. */
export class VioletElement extends Violet(LitElement) {}
