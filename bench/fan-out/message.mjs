/** The item of about 100 bytes that every candidate sends: a chat message. */
export const message = (n) => ({
  id: `message-${String(n).padStart(10, "0")}`,
  user: "Ada Lovelace",
  text: "That brain of mine is something more than merely mortal.".slice(0, 50),
});
