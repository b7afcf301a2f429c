/** What the form offers and the server takes. */
export const countries = ["Estonia", "Ghana", "Japan", "Norway", "Portugal", "Uruguay"];
export const languages = ["C", "Elixir", "Go", "Python", "Rust", "TypeScript"];
export const plans = ["Free", "Team", "Company"];
