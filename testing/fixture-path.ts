/** Where the test runner's server has the parts, by their names. */
export const FIXTURES = "/_violet-fixtures/";
