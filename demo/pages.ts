/** A page of the demo, as the navigation, the gallery and the page itself tell of it. */
export interface Page {
  readonly name: string;
  readonly path: string;
  readonly title: string;
  /** Where its state lives. */
  readonly scopes: readonly ("shared" | "live" | "local" | "persistent")[];
  /** How it calls functions of the other end. */
  readonly calls?: readonly ("rpc" | "realtime")[];
  /** Its element takes the height that is left of the screen. */
  readonly isTall?: boolean;
  readonly sentence: string;
  readonly tries: readonly string[];
  /** Files below demo/, in the order of reading. */
  readonly sources: readonly string[];
}

export const pages: readonly Page[] = [
  {
    name: "chat",
    path: "/chat",
    title: "Chat",
    scopes: ["shared", "local"],
    isTall: true,
    sentence: "A room for everybody: messages are shared by all browsers, your name stays in yours.",
    tries: [
      "Open this page in a second window and send from both.",
      "Stop the server, send a message, start it again: it arrives, once.",
      "Watch the status line while you do.",
    ],
    sources: [
      "chat/chat.ts",
      "chat/chat.server.ts",
      "chat/chat-room.ts",
      "zone.ts",
      "local-time.ts",
      "chat/client.ts",
    ],
  },
  {
    name: "rooms",
    path: "/rooms/lobby",
    title: "Rooms",
    scopes: ["shared", "local"],
    isTall: true,
    sentence: "A store for each room, and a history that survives the server: the backend is a file.",
    tries: [
      "Start the server with VIOLET_DB=rooms.db, say something, kill it (kill -9), and start it again.",
      "Say something while it is down: it is there when it is back, once, behind what was said before.",
      "Go to a room that nobody was in: each name has its own.",
    ],
    sources: ["rooms/rooms.ts", "rooms/room-talk.ts", "rooms/client.ts", "server.ts"],
  },
  {
    name: "visitors",
    path: "/visitors",
    title: "Visitors",
    scopes: ["shared"],
    sentence: "A number that everybody may raise: clicks made at the same moment add up.",
    tries: [
      "Click in two windows as fast as you can: not one click is lost.",
      "Turn JavaScript off and reload: the number is in the HTML.",
      "Open the plain page beside it: it shows the same number.",
    ],
    sources: ["visitors/visitors.ts", "visitors/visitor-counter.ts", "visitors/client.ts"],
  },
  {
    name: "todos",
    path: "/todos",
    title: "Todos",
    scopes: ["shared", "local"],
    sentence:
      "One list, edited by many at once: everybody's additions, moves and deletions keep their meaning.",
    tries: [
      "Move a todo in one window while you delete another in a second one.",
      "Begin to type, then edit in the other window: what you typed stays.",
      "Use the keyboard alone: the focus never gets lost.",
    ],
    sources: ["todos/todos.ts", "todos/todo-list.ts", "row-focus.ts", "todos/client.ts"],
  },
  {
    name: "game",
    path: "/game",
    title: "Game",
    scopes: ["shared", "local"],
    sentence: "A score that all players share, and a name that only you have.",
    tries: [
      "Score in two windows under two names.",
      "Your own point shows at once; the server's answer confirms it.",
      "Reload: the score comes with the page, your name with the browser.",
    ],
    sources: ["game/game.ts", "game/game-board.ts", "game/client.ts"],
  },
  {
    name: "settings",
    path: "/settings",
    title: "Settings",
    scopes: ["local"],
    sentence: "State of one browser alone: the theme and the sidebar survive a reload without a flash.",
    tries: [
      "Choose a theme and reload: the first frame is right already.",
      "Turn JavaScript off, and it still is.",
      "Look at the network: choosing sends nothing.",
    ],
    sources: ["settings/settings.ts", "settings/settings-panel.ts", "settings/client.ts"],
  },
  {
    name: "counter",
    path: "/counter",
    title: "Counter",
    scopes: ["live"],
    sentence:
      "State on the server for one element alone: nobody else has it, and no code of the browser writes it.",
    tries: [
      "Count in both: each has a state of its own.",
      "Stop the link for a minute: what you clicked is counted when it is back, once.",
      "Turn JavaScript off: the buttons are forms, and still count.",
    ],
    sources: ["counter/counter.server.ts", "counter/counter-card.ts", "counter/client.ts"],
  },
  {
    name: "progress",
    path: "/progress",
    title: "Progress",
    scopes: ["live"],
    sentence:
      "Work on the server that says how far it is: the state is sent while it runs, not only at its end.",
    tries: [
      "Start it, and open the page in a second window: that one has work of its own.",
      "Stop the link while it runs: it goes on, and the bar jumps to where it is.",
      "Look at the source: a loop, and a render() in it.",
    ],
    sources: ["progress/progress.server.ts", "progress/progress-card.ts", "progress/client.ts"],
  },
  {
    name: "dashboard",
    path: "/dashboard",
    title: "Dashboard",
    scopes: ["live", "shared"],
    sentence: "The day that you look at is yours alone; the figures are everybody's.",
    tries: [
      "Choose a day in one window: the other one stays at its own.",
      "Refresh in one: the figures are new in both.",
      "Reload: the page comes with its figures, before any script.",
    ],
    sources: [
      "dashboard/metrics.ts",
      "dashboard/dashboard.server.ts",
      "dashboard/sales-dashboard.ts",
      "dashboard/client.ts",
    ],
  },
  {
    name: "signup",
    path: "/signup",
    title: "Sign up",
    scopes: ["live"],
    sentence: "One form for everything that can be typed, ticked and chosen: with JavaScript, and without.",
    tries: [
      "Leave fields empty and send: the server says at each what is wrong.",
      "Stop the server while you type, start it again, and go on.",
      "Turn JavaScript off: the same form calls the same callback.",
    ],
    sources: [
      "signup/signup.server.ts",
      "signup/signup-form.ts",
      "signup/choices.ts",
      "signup/style.ts",
      "signup/client.ts",
    ],
  },
  {
    name: "profile",
    path: "/profile",
    title: "Profile",
    scopes: ["persistent"],
    sentence:
      "A row of a database: what is typed is saved, without a button, and everybody who has it open sees it.",
    tries: [
      "Open this page in a second window and type in both.",
      "Take grace@example.org, or an age of 200: the field says why it is not saved.",
      "Start with VIOLET_DB=demo.db, change the row by any other program, and look here.",
    ],
    sources: [
      "profile/profiles.ts",
      "profile/profile.server.ts",
      "profile/profile-page.ts",
      "profile/client.ts",
    ],
  },
  {
    name: "search",
    path: "/search",
    title: "Search",
    scopes: [],
    calls: ["rpc"],
    sentence:
      "A function of the server, called like one of the browser: what it gets is checked, what it gives is typed.",
    tries: [
      "Type on while it searches: what nobody waits for any more is stopped on the server, too.",
      "Search for “oops”: the server fails, and tells nobody but its log why.",
      "Look for the text of search.server.ts in what your browser loaded: only a stub is there.",
    ],
    sources: ["search/search.server.ts", "search/currency-search.ts", "search/client.ts"],
  },
  {
    name: "notify",
    path: "/notify",
    title: "Notify",
    scopes: ["shared", "local"],
    calls: ["realtime", "rpc"],
    sentence: "A function of the browser, called by the server: in one browser, in some, or in all.",
    tries: [
      "Open this page in a second window and notify everyone.",
      "Choose the other window alone: only there a toast comes.",
      "Close a window, and it is gone from the list.",
    ],
    sources: [
      "notify/notify.client.ts",
      "notify/notify.server.ts",
      "notify/notify.ts",
      "notify/notify-panel.ts",
      "notify/client.ts",
    ],
  },
  {
    name: "telemetry",
    path: "/telemetry",
    title: "Telemetry",
    scopes: ["local"],
    calls: ["realtime"],
    sentence: "Where everybody points, twenty times a second: nobody waits for it, and nothing is kept.",
    tries: [
      "Open this page in a second window and move in both.",
      "Focus the field and use the arrow keys.",
      "Close a window: its pointer fades in the other.",
    ],
    sources: [
      "telemetry/telemetry.server.ts",
      "telemetry/telemetry.client.ts",
      "telemetry/telemetry.ts",
      "telemetry/pointer-field.ts",
      "telemetry/client.ts",
    ],
  },
  {
    name: "plain",
    path: "/plain.html",
    title: "Plain HTML",
    scopes: ["shared"],
    sentence:
      "A static file with one live tag around its own elements: rendered on the server, built by nobody.",
    tries: [
      "Count yourself on the visitors page and watch the sentence.",
      "View the source of this page: the number is in it.",
      "Edit demo/public/plain.html and reload.",
    ],
    sources: ["public/plain.html", "visitors/visitor-badge.ts"],
  },
  {
    name: "poll",
    path: "/poll.html",
    title: "Poll",
    scopes: ["shared", "local"],
    sentence: "Plain HTML that follows a store: bindings by path, rows, votes, and no JavaScript of its own.",
    tries: [
      "Open this page in a second window and vote in both.",
      "Turn JavaScript off and reload: the answers and their votes are in the HTML.",
      "Edit demo/public/poll.html and reload.",
    ],
    sources: ["public/poll.html", "poll/poll.ts"],
  },
];
