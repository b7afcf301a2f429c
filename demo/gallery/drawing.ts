import { html } from "violet-live";

/** One value on the server, shown on three screens. */
export const drawing = html`
  <svg class="drawing" viewBox="0 0 400 316" role="img" aria-label="One value on the server, the same on three screens">
    <path class="link" d="M200 128C200 180 62 150 62 212"/>
    <path class="link" d="M200 128V212"/>
    <path class="link" d="M200 128C200 180 338 150 338 202"/>
    <circle class="core" cx="200" cy="76" r="52"/>
    <text class="on-core" x="200" y="88">42</text>
    <text class="label" x="200" y="14">the server</text>
    <rect class="sheet" x="2" y="213" width="120" height="90" rx="10"/>
    <circle class="dot" cx="17" cy="227" r="3.5"/><circle class="dot" cx="29" cy="227" r="3.5"/>
    <text x="62" y="277">42</text>
    <rect class="sheet" x="140" y="213" width="120" height="90" rx="10"/>
    <circle class="dot" cx="155" cy="227" r="3.5"/><circle class="dot" cx="167" cy="227" r="3.5"/>
    <text x="200" y="277">42</text>
    <rect class="sheet" x="305" y="203" width="66" height="110" rx="12"/>
    <rect class="dot" x="328" y="211" width="20" height="4" rx="2"/>
    <text x="338" y="272">42</text>
  </svg>`;

/** A small picture for each page, by its name. */
export const pictures: Readonly<Record<string, unknown>> = {
  chat: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <path class="pale" d="M25 14h26a8 8 0 0 1 8 8v8a8 8 0 0 1-8 8H28l-11 7V22a8 8 0 0 1 8-8Z"/>
    <path class="leaf" d="M63 30H45a8 8 0 0 0-8 8v6a8 8 0 0 0 8 8h15l11 7V38a8 8 0 0 0-8-8Z"/>
  </svg>`,
  rooms: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <path class="pale" d="M14 20a30 9 0 0 1 60 0v32a30 9 0 0 1-60 0Z"/><ellipse class="leaf" cx="44" cy="20" rx="30" ry="9"/>
    <rect class="leaf" x="26" y="37" width="26" height="5" rx="2.5"/><rect class="leaf" x="26" y="47" width="36" height="5" rx="2.5"/>
  </svg>`,
  visitors: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <circle class="pale" cx="28" cy="28" r="8"/><path class="pale" d="M14 56a14 16 0 0 1 28 0Z"/>
    <circle class="pale" cx="60" cy="28" r="8"/><path class="pale" d="M46 56a14 16 0 0 1 28 0Z"/>
    <circle class="leaf" cx="44" cy="26" r="9"/><path class="leaf" d="M27 58a17 19 0 0 1 34 0Z"/>
  </svg>`,
  todos: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <rect class="leaf" x="16" y="14" width="10" height="10" rx="3"/><rect class="leaf" x="34" y="16" width="38" height="6" rx="3"/>
    <rect class="leaf" x="16" y="31" width="10" height="10" rx="3"/><rect class="leaf" x="34" y="33" width="28" height="6" rx="3"/>
    <rect class="pale" x="16" y="48" width="10" height="10" rx="3"/><rect class="pale" x="34" y="50" width="34" height="6" rx="3"/>
  </svg>`,
  game: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <rect class="pale" x="14" y="36" width="18" height="22" rx="3"/><rect class="leaf" x="35" y="20" width="18" height="38" rx="3"/>
    <rect class="pale" x="56" y="44" width="18" height="14" rx="3"/><circle class="leaf" cx="44" cy="12" r="4"/>
  </svg>`,
  settings: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <circle class="pale" cx="44" cy="36" r="21"/><path class="leaf" d="M44 15a21 21 0 0 1 0 42Z"/>
  </svg>`,
  counter: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <rect class="pale" x="12" y="20" width="30" height="32" rx="6"/><path class="leaf" d="M20 33h14v6H20Z"/>
    <rect class="pale" x="46" y="20" width="30" height="32" rx="6"/><path class="leaf" d="M54 33h4v-4h6v4h4v6h-4v4h-6v-4h-4Z"/>
  </svg>`,
  progress: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <rect class="pale" x="12" y="30" width="64" height="12" rx="6"/><rect class="leaf" x="12" y="30" width="40" height="12" rx="6"/>
  </svg>`,
  dashboard: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <rect class="pale" x="14" y="40" width="12" height="18" rx="3"/><rect class="pale" x="30" y="28" width="12" height="30" rx="3"/>
    <rect class="leaf" x="46" y="14" width="12" height="44" rx="3"/><rect class="pale" x="62" y="34" width="12" height="24" rx="3"/>
  </svg>`,
  signup: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <rect class="pale" x="18" y="11" width="52" height="11" rx="4"/><rect class="pale" x="18" y="28" width="52" height="11" rx="4"/>
    <path class="leaf" d="m21 48 3 3 6-7 2.5 2.2L24 56l-5.5-5.5Z"/><rect class="leaf" x="42" y="46" width="28" height="13" rx="5"/>
  </svg>`,
  search: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <path class="leaf" d="m53 45 4-4 14 14-4 4Z"/><circle class="leaf" cx="41" cy="32" r="20"/><circle class="pale" cx="41" cy="32" r="13"/>
  </svg>`,
  notify: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <circle class="pale" cx="44" cy="55" r="7"/><path class="leaf" d="M44 12a16 16 0 0 0-16 16v12l-6 10h44l-6-10V28a16 16 0 0 0-16-16Z"/>
  </svg>`,
  telemetry: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <path class="pale" d="m52 14 7 25 5-10 11-4Z"/><path class="leaf" d="m20 22 10 36 7-15 16-6Z"/>
  </svg>`,
  plain: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <path class="pale" d="M26 12h26l12 12v36H26Z"/><path class="leaf" d="m38 32-7 8 7 8-3 3-10-11 10-11ZM52 32l7 8-7 8 3 3 10-11-10-11Z"/>
  </svg>`,
  poll: html`<svg class="drawing" viewBox="0 0 88 72" aria-hidden="true">
    <rect class="leaf" x="14" y="14" width="60" height="11" rx="3"/><rect class="pale" x="14" y="31" width="34" height="11" rx="3"/>
    <rect class="pale" x="14" y="48" width="46" height="11" rx="3"/>
  </svg>`,
};
