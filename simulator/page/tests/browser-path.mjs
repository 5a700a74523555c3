// Where the browser is in which pages are tested.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** $CHROMIUM, else what is installed: as install-chromium.sh looks for it. */
export function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const onPath = (name) => process.env.PATH.split(delimiter).map((folder) => join(folder, name));
  const found = ["/usr/bin/chromium", ...onPath("chromium-browser"), ...onPath("google-chrome")].find(executable);
  if (!found) throw new Error("no Chromium: run install-chromium.sh, or set CHROMIUM to its path");
  return found;
}
