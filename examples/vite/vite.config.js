import { violet } from "violet-live/rollup";
import { defineConfig } from "vite";

export default defineConfig({ plugins: [violet()], build: { sourcemap: true } });
