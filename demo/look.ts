import { css } from "lit";

/** What all elements of the demo share. Colours and sizes are style.css's; custom properties cross shadow roots. */
export const look = css`
  :host {
    display: block;
    font: 1rem/1.55 var(--sans);
    color: var(--ink);
  }

  * {
    box-sizing: border-box;
  }

  .panel {
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--surface);
    box-shadow: 0 0.75rem 2rem var(--shadow);
  }

  label,
  legend {
    color: var(--muted);
    font-size: 0.88rem;
  }

  input:not([type="radio"], [type="checkbox"]) {
    width: 100%;
    min-width: 0;
    min-height: 2.8rem;
    padding: 0.5rem 0.8rem;
    border: 1px solid var(--edge);
    border-radius: 0.6rem;
    background: var(--surface);
    color: var(--ink);
    font: 1rem/1.4 var(--sans);
  }

  input::placeholder {
    color: var(--muted);
    opacity: 1;
  }

  button {
    min-height: 2.8rem;
    padding: 0.5rem 1.2rem;
    border: 1px solid transparent;
    border-radius: 0.6rem;
    background: var(--violet);
    color: var(--on-violet);
    font: 600 1rem/1.4 var(--sans);
    cursor: pointer;
  }

  button:hover {
    background: var(--violet-deep);
  }

  button:active {
    scale: 0.97;
  }

  button.quiet {
    background: none;
    color: var(--muted);
    font-weight: 400;
  }

  button.quiet:hover {
    background: var(--tint);
    color: var(--ink);
  }

  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }

  .choices {
    display: inline-flex;
    flex-wrap: wrap;
    padding: 0.2rem;
    border-radius: 0.7rem;
    background: var(--tint);
  }

  .choices label {
    position: relative;
    padding: 0.45rem 0.9rem;
    border-radius: 0.55rem;
    color: var(--ink);
    cursor: pointer;
  }

  .choices input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .choices label:has(:checked) {
    background: var(--surface);
    box-shadow: 0 1px 3px var(--shadow);
    color: var(--violet-deep);
    font-weight: 600;
  }

  :focus-visible,
  .choices label:has(:focus-visible) {
    outline: 3px solid var(--violet);
    outline-offset: 2px;
  }

  output {
    font-variant-numeric: tabular-nums;
    letter-spacing: -0.04em;
  }

  .empty {
    margin: 0;
    color: var(--muted);
    text-align: center;
  }

  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (forced-colors: active) {
    .choices label:has(:checked) {
      text-decoration: underline;
    }
  }

  @media (prefers-reduced-motion: no-preference) {
    button {
      transition:
        background-color 0.15s,
        scale 0.1s;
    }
  }
`;
