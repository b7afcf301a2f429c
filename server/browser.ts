/** What `violet-live/server` is under the `browser` condition: a bundle that reaches server code must not ship it. */
throw new Error(
  "violet-live/server was imported into a browser bundle. It runs on the server only: keep its import out of modules that a page loads.",
);

export {};
