// Builds dist/switchboard-flex-plugin.js, a plain script as Flex loads one. What Flex has on its page
// is not in it: `react` is the global React, as in the bundles of Twilio's own builder.

import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const BUNDLE = "dist/switchboard-flex-plugin.js";
const require = createRequire(import.meta.url);
const { name, version } = require("./package.json");
const versionOf = (dependency) => JSON.stringify(require(`${dependency}/package.json`).version);

await build({
  entryPoints: ["src/plugin.tsx"],
  outfile: BUNDLE,
  bundle: true,
  format: "iife",
  minify: true,
  charset: "ascii",
  target: "es2020",
  legalComments: "none",
  logLevel: "warning",
  plugins: [
    {
      name: "react-of-the-page",
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^react$/ }, () => ({ path: "react", namespace: "page" }));
        onLoad({ filter: /./, namespace: "page" }, () => ({ contents: "module.exports = React" }));
      },
    },
  ],
  // What @twilio/flex-plugin tells Flex of the plugin; Twilio's builder defines the same.
  define: {
    __FPB_PLUGIN_UNIQUE_NAME: JSON.stringify(name),
    __FPB_PLUGIN_VERSION: JSON.stringify(version),
    __FPB_FLEX_PLUGIN_SCRIPTS_VERSION: '"none"',
    __FPB_FLEX_PLUGIN_VERSION: versionOf("@twilio/flex-plugin"),
    __FPB_FLEX_UI_VERSION: versionOf("@twilio/flex-ui"),
    __FPB_REACT_VERSION: versionOf("react"),
    __FPB_REACT_DOM_VERSION: versionOf("react-dom"),
  },
});

const bytes = readFileSync(BUNDLE);
console.log(`${BUNDLE}: ${bytes.length} bytes, ${gzipSync(bytes).length} compressed`);
