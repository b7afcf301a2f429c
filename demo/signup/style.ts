import { css } from "lit";

export const style = css`
  .panel {
    padding: clamp(1.25rem, 4vw, 2.25rem);
  }

  form {
    display: grid;
    gap: 1.25rem 1.75rem;
    margin: 0;
  }

  .field {
    display: grid;
    gap: 0.35rem;
    align-content: start;
    min-width: 0;
  }

  label:not(.box, .choices *) {
    display: grid;
    gap: 0.35rem;
  }

  label:not(.choices label),
  legend {
    color: var(--ink);
    font-size: 0.94rem;
    font-weight: 600;
  }

  legend {
    padding: 0;
    margin-bottom: 0.35rem;
  }

  small {
    color: var(--muted);
    font-size: 0.85rem;
  }

  select,
  textarea {
    width: 100%;
    min-height: 2.8rem;
    padding: 0.5rem 0.8rem;
    border: 1px solid var(--edge);
    border-radius: 0.6rem;
    background: var(--surface);
    color: var(--ink);
    font: 1rem/1.4 var(--sans);
  }

  select[multiple],
  textarea {
    height: 8.2rem;
    padding: 0.4rem;
  }

  textarea {
    padding: 0.5rem 0.8rem;
    resize: vertical;
  }

  option {
    padding: 0.15rem 0.5rem;
    border-radius: 0.35rem;
  }

  input[type="range"] {
    padding: 0;
    border: 0;
    background: none;
    accent-color: var(--violet);
  }

  input[type="color"] {
    padding: 0.25rem;
    cursor: pointer;
  }

  label.box:not(.choices label) {
    display: flex;
    gap: 0.7rem;
    align-items: center;
    min-height: 1.75rem;
    font-weight: 400;
    cursor: pointer;
  }

  .box input {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
    margin: 0;
    accent-color: var(--violet);
  }

  .field.wide + .field.wide:has(.box) {
    margin-top: -0.4rem;
  }

  :is(input, select, textarea)[aria-invalid="true"],
  .field:has([type="radio"][aria-invalid="true"]) .choices {
    border-color: var(--danger);
    box-shadow: 0 0 0 1px var(--danger);
  }

  [data-violet-error] {
    color: var(--danger);
    font-weight: 600;
  }

  [data-violet-error] ~ #rule {
    display: none;
  }

  [role="alert"] {
    grid-column: 1 / -1;
    margin: 0;
    padding: 0.7rem 0.9rem;
    border-radius: 0.6rem;
    background: var(--danger-tint);
    color: var(--danger);
  }

  .send {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1rem;
    align-items: center;
    margin: 0.25rem 0 0;
    color: var(--muted);
  }

  .send button {
    min-width: 9rem;
  }

  button[aria-disabled="true"] {
    opacity: 0.6;
    cursor: progress;
  }

  .made {
    display: grid;
    gap: 0.75rem;
    justify-items: start;
  }

  .made > * {
    margin: 0;
  }

  .made h2 {
    font-size: 1.6rem;
    letter-spacing: -0.02em;
    overflow-wrap: anywhere;
  }

  .made form {
    margin-inline-start: -1.2rem;
  }

  .badge svg {
    display: block;
    width: 3rem;
  }

  .badge path {
    fill: none;
    stroke: #fff;
    stroke-width: 4;
    stroke-linecap: round;
    stroke-linejoin: round;
    filter: drop-shadow(0 0 1px #0008);
  }

  .made [role="status"] {
    color: var(--muted);
  }

  dl {
    width: 100%;
    border-top: 1px solid var(--line);
  }

  dl div {
    display: grid;
    grid-template-columns: minmax(5.5rem, 28%) minmax(0, 1fr);
    gap: 1rem;
    padding: 0.5rem 0;
    border-bottom: 1px solid var(--line);
  }

  dt {
    color: var(--muted);
  }

  dd {
    margin: 0;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }

  @media (min-width: 40rem) {
    form {
      grid-template-columns: 1fr 1fr;
    }

    .wide {
      grid-column: 1 / -1;
    }
  }
`;
