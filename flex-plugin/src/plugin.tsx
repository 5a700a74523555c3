import * as React from "react";
import { FlexPlugin, loadPlugin } from "@twilio/flex-plugin";
import type * as Flex from "@twilio/flex-ui";
import { Calls } from "./calls";
import { Controls } from "./controls";
import { AgentSettings } from "./settings";

class SwitchboardPlugin extends FlexPlugin {
  constructor() {
    super("SwitchboardPlugin");
  }

  init(flex: typeof Flex, manager: Flex.Manager): void {
    const worker = manager.workerClient;
    if (!worker) return;
    const settings = new AgentSettings(worker.sid);
    flex.MainHeader.Content.add(<Controls key="switchboard" settings={settings} />, { align: "end", sortOrder: -1 });
    const calls = new Calls(flex, manager, settings);
    // One tab acts for the agent: the one that has the lock. When it is closed, the next has it.
    void navigator.locks.request(`switchboard.${worker.sid}`, () => {
      calls.start();
      return new Promise<never>(() => {});
    });
  }
}

loadPlugin(SwitchboardPlugin);
