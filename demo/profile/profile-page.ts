import { html } from "violet-live";

/** Plain HTML around one live tag: its fields are bound by path, and so is what the card shows. */
export const profilePage = html`
  <violet-live component="profile">
    <section class="profile" aria-label="Profile">
      <div class="who">
        <b data-text="mine.name"></b>
        <span data-text="mine.email"></span>
        <span><span data-text="mine.age"></span> years</span>
      </div>
      <div class="fields">
        <p>
          <label for="name">Name</label>
          <input id="name" data-model="mine.name" autocomplete="off" aria-describedby="name-problem">
          <small id="name-problem" role="alert" data-text="problems.name"></small>
        </p>
        <p>
          <label for="email">Email</label>
          <input id="email" data-model="mine.email" autocomplete="off" inputmode="email" aria-describedby="email-problem">
          <small id="email-problem" role="alert" data-text="problems.email"></small>
        </p>
        <p>
          <label for="age">Age</label>
          <input id="age" data-model="mine.age" autocomplete="off" inputmode="numeric" aria-describedby="age-problem">
          <small id="age-problem" role="alert" data-text="problems.age"></small>
        </p>
      </div>
    </section>
  </violet-live>`;
