import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { asFromStack } from "./as-from-stack.ts";

/** The stack that `make run` runs. */
const STACK = process.env.STACK ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [svelte(), asFromStack(STACK)],
  build: {
    target: "es2023",
    // The policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 5173, strictPort: true },
});
