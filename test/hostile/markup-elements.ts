// Every place that a template has for a value: some are nothing that anybody should write.
/* oxlint-disable lit/no-invalid-html, lit/no-useless-template-literals, lit/no-value-attribute, no-script-url */
import { isServer, LitElement, html as litHtml } from "lit";
import { customElement } from "lit/decorators.js";
import { any, array, integer, object, string } from "superstruct";
import { each, VioletElement } from "../../elements/index.ts";
import { callback, html, on, shared, trusted } from "../../src/index.ts";
import type { Json } from "../../src/state/json.ts";

/** Anybody may write anything. */
export const markup = shared("markup", {
  state: object({ rows: array(any()), said: string(), round: integer() }),
  initial: () => ({ rows: [], said: "", round: 0 }),
});

const say = callback([string()], (text) => {
  markup.said = text;
});

/** The two halves of a text. */
const halves = (value: Json): readonly [Json, Json] => {
  const text = typeof value === "string" ? value : "";
  const middle = Math.ceil(text.length / 2);
  return typeof value === "string" ? [text.slice(0, middle), text.slice(middle)] : [value, value];
};

const sinks = (value: Json) => {
  const [one, two] = halves(value);
  return html`<section>
    <h2 title=${value} class="a ${value}" data-x='${value}' id=${value} name=${value}>${value} ${[value, [value]]}</h2>
    <input value=${value} placeholder="${one}${two}" .title=${value} ?disabled=${value}>
    <textarea .value=${value}></textarea>
    <a href=${value}>a</a><a href="${one}${two}">b</a><a href="/${value}">c</a><a .href=${value}>d</a>
    <a href=" ${one}:${two}">e</a><a ping=${value} href="/x?${value}">f</a>
    <svg><a href=${value}><text>x</text></a><a xlink:href=${value}><text>x</text></a>
      <a><animate attributeName="href" to=${value} from=${value} values=${value} begin="0s" dur="1s"></animate><text>x</text></a></svg>
    <img src=${value} srcset=${value} alt=${value}><video poster=${value} src=${value}></video>
    <form action=${value}><button formaction=${value}>s</button></form><form .action=${value}></form>
    <p style=${value}>s</p><p style="color: ${value}; background: ${one}${two}">t</p><p .style=${value}></p>
    <hostile-label label=${value} .item=${value}></hostile-label>
    <button class="say" @click=${on(say, typeof value === "string" ? value : "x")}>say</button>
  </section>`;
};

const frames = (value: Json) => {
  const [one, two] = halves(value);
  return html`<iframe src=${value}></iframe><iframe src="${one}${two}"></iframe><iframe .src=${value}></iframe>
    <object data=${value}></object><embed src=${value}>`;
};

@customElement("hostile-label")
export class HostileLabel extends LitElement {
  static override properties = { label: {}, item: { attribute: false } };
  declare label: unknown;
  declare item: unknown;
  override render() {
    return html`<span title=${this.label}>${this.label} ${this.item}</span>`;
  }
}

@customElement("hostile-rows")
export class HostileRows extends VioletElement {
  override render() {
    const { rows, said, round } = markup;
    const list = rows.map((value, id) => ({ value, id }));
    // Frames take their time: those of what is no path, and of every other one.
    const framed = rows.filter(
      (value, index) => index % 2 === round % 2 && /^[^/?#<]*:/.test(JSON.stringify(value)),
    );
    return html`<output data-round=${round}>${said}</output>
      ${each(
        list,
        ({ id }) => id,
        ({ value }) => sinks(value as Json),
      )}
      ${each(
        list,
        ({ id }) => id,
        ({ value }) => value,
      )}
      ${framed.map((value) => frames(value as Json))}`;
  }
}

/** What nobody guards: it shows that the watch sees code that runs. */
@customElement("hostile-control")
export class HostileControl extends VioletElement {
  override render() {
    const { said } = markup;
    return litHtml`<output data-round=${markup.round}></output>${trusted(said)}<a href=${said}>a</a><iframe src=${said}></iframe>`;
  }
}

/** Its message stands in the page. */
@customElement("hostile-error")
export class HostileError extends VioletElement {
  override render(): unknown {
    const text = JSON.stringify(markup.rows);
    if (isServer) throw new Error(text);
    return html`<p>${text}</p>`;
  }
}
