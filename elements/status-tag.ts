import { type CSSResultGroup, css, html, nothing, type PropertyDeclarations } from "lit";
import type { Runtime, Status } from "../src/runtime.ts";
import { SocketController } from "./controllers.ts";
import { VioletElement } from "./violet-element.ts";

/**
 * `<violet-status>`: the truth about the page's link, for eyes and screen readers: connecting, live, offline since
 * when, saving, and why a write was refused. After `tellAfter` failed tries it is told as an alert. Style it by the
 * parts `status`, `dot`, `text` and `refusal`, and the properties `--violet-live`, `--violet-busy`, `--violet-offline`.
 */
export class VioletStatus extends VioletElement {
  static override styles: CSSResultGroup = css`
    :host {
      --busy: var(--violet-busy, light-dark(#a16207, #facc15));
      --offline: var(--violet-offline, light-dark(#b91c1c, #f87171));
      display: inline-flex;
      flex-wrap: wrap;
      gap: 0.25em 0.75em;
      font-size: 0.875em;
    }
    [part="status"] {
      display: inline-flex;
      align-items: center;
      gap: 0.5em;
    }
    [part="dot"] {
      width: 0.6em;
      height: 0.6em;
      border-radius: 50%;
      background: var(--busy);
    }
    [data-state="live"] [part="dot"] {
      background: var(--violet-live, light-dark(#15803d, #4ade80));
    }
    :is([data-state="offline"], [data-state="stopped"]) [part="dot"] {
      background: var(--offline);
    }
    [part="refusal"] {
      color: var(--offline);
    }
    [hidden] {
      display: none;
    }
    @media (scripting: none) {
      :host {
        display: none;
      }
    }
  `;

  static override properties: PropertyDeclarations = { runtime: { attribute: false } };

  /** Whose link it shows. Default: the page's. */
  declare runtime: Runtime | undefined;

  #link: SocketController | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#link ??= new SocketController(this, this.runtime);
  }

  protected override firstUpdated(): void {
    // The first rendering is the server's, which knows no link.
    queueMicrotask(() => this.requestUpdate());
  }

  override render(): unknown {
    const link = this.hasUpdated ? this.#link : undefined;
    const { status = "connecting", pending = 0, isLost, refusal, offlineSince } = link ?? {};
    const state = status === "live" && pending ? "saving" : status;
    const text = textOf(state, offlineSince);
    return html`<span part="status" data-state=${state} ?hidden=${!text}>
        <span part="dot"></span>
        <span part="text" role="status" aria-busy=${state === "saving"}>${isLost ? nothing : text}</span>
        <span part="text" role="alert">${isLost ? text : nothing}</span>
      </span>
      <span part="refusal" role="alert">${refusal ? `not saved: ${refusal.message}` : nothing}</span>`;
  }
}

function textOf(state: Status | "saving", offlineSince = 0): string {
  if (state === "idle") return "";
  if (state === "stopped") return "stopped: reload the page";
  return state === "offline" ? `offline since ${new Date(offlineSince).toLocaleTimeString()}` : state;
}
