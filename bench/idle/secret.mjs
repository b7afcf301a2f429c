export const SECRET = "a secret of the benchmark";
