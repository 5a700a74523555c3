import * as React from "react";
import { WRAP_UP_SECONDS, type AgentSettings } from "./settings";

const ROW = { display: "flex", alignItems: "center", gap: "6px", marginRight: "16px", color: "inherit" };

/** The two settings, in Flex's header. */
export function Controls({ settings }: { settings: AgentSettings }) {
  const [{ acceptCalls, wrapUpSeconds }, show] = React.useState(settings.current);
  React.useLayoutEffect(() => settings.subscribe(() => show(settings.current)), [settings]);
  return (
    <>
      <label style={ROW}>
        <input
          type="checkbox"
          checked={acceptCalls}
          onChange={(event) => settings.change({ acceptCalls: event.target.checked })}
        />
        Accept calls automatically
      </label>
      <label style={ROW}>
        Complete after-call work
        <select
          value={wrapUpSeconds}
          onChange={(event) => settings.change({ wrapUpSeconds: Number(event.target.value) })}
        >
          <option value={0}>by hand</option>
          {WRAP_UP_SECONDS.map((seconds) => (
            <option key={seconds} value={seconds}>{`after ${seconds} s`}</option>
          ))}
        </select>
      </label>
    </>
  );
}
