/** What `violet-live/server` and `violet-live/sql` are under the `browser` condition: a bundle that reaches server code must not ship it. */
throw new Error(
  "violet-live/server, or violet-live/sql, was imported into a browser bundle. It runs on the server only: keep its import out of modules that a page loads.",
);

export {};
