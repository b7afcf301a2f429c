import { array, integer, object, string } from "superstruct";
import { shared } from "violet-live";

const Answer = object({ id: string(), text: string(), votes: integer() });

/** The server alone imports it: the page of the poll is a file without a module of its own. */
export const poll = shared("poll", {
  state: object({ question: string(), answers: array(Answer), total: integer() }),
  initial: () => ({
    question: "Where should the next meeting be?",
    answers: [
      { id: "park", text: "In the park", votes: 0 },
      { id: "library", text: "In the library", votes: 0 },
      { id: "cafe", text: "At the café", votes: 0 },
    ],
    total: 0,
  }),
  actions: (action) => ({
    vote: action([string()], (state, id) => {
      const answer = state.answers.find((each) => each.id === id);
      if (!answer) return;
      answer.votes++;
      state.total++;
    }),
  }),
});
