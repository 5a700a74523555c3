import * as React from "react";
import type * as Flex from "@twilio/flex-ui";
import type { AgentSettings } from "./settings";

const FAILED = "SwitchboardActionFailed";

/** Accepts the agent's calls and completes their after-call work, as the settings say. */
export class Calls {
  /** Reservations that were accepted, or could not be: each is tried once. */
  private readonly tried = new Set<string>();
  /** The timer of each reservation whose after-call work will be completed. */
  private readonly timers = new Map<string, number>();

  constructor(
    private readonly flex: typeof Flex,
    private readonly manager: Flex.Manager,
    private readonly settings: AgentSettings,
  ) {
    flex.Notifications.registerNotification({
      id: FAILED,
      type: flex.NotificationType.error,
      timeout: 0,
      content: <Failure />,
    });
  }

  start(): void {
    const { events } = this.manager;
    // Flex tells of a task once its phone is registered, later than TaskRouter's client does.
    events.addListener("taskReceived", (task: Flex.ITask) => this.look(task));
    events.addListener("taskWrapup", (task: Flex.ITask) => this.look(task));
    // Also when it is the agent who completes.
    this.flex.Actions.addListener("beforeCompleteTask", ({ sid, task }: { sid?: string; task?: Flex.ITask }) =>
      this.forget(sid ?? task?.sid ?? ""),
    );
    this.settings.subscribe(() => {
      [...this.timers.keys()].forEach((sid) => this.forget(sid));
      this.lookAtAll();
    });
    this.lookAtAll();
  }

  private get tasks(): Map<string, Flex.ITask> {
    return this.manager.store.getState().flex.worker.tasks;
  }

  /** What came or ended while nobody listened, and what a change of the settings concerns. */
  private lookAtAll(): void {
    this.tasks.forEach((task) => this.look(task));
  }

  private look(task: Flex.ITask): void {
    const { acceptCalls, wrapUpSeconds } = this.settings.current;
    if (acceptCalls && this.flex.TaskHelper.isIncomingCall(task)) void this.accept(task.sid);
    if (wrapUpSeconds > 0 && isWrappingUp(task)) this.completeAfter(wrapUpSeconds, task.sid);
  }

  private async accept(sid: string): Promise<void> {
    if (this.tried.has(sid)) return;
    this.tried.add(sid);
    try {
      await this.flex.Actions.invokeAction("AcceptTask", { sid });
      await this.flex.Actions.invokeAction("SelectTask", { sid });
    } catch (error) {
      this.report("A call could not be accepted automatically", error);
    }
  }

  private completeAfter(seconds: number, sid: string): void {
    if (this.timers.has(sid)) return;
    this.timers.set(sid, window.setTimeout(() => void this.complete(sid), seconds * 1000));
  }

  private async complete(sid: string): Promise<void> {
    this.forget(sid);
    const task = this.tasks.get(sid);
    if (!task || !isWrappingUp(task)) return;
    try {
      await this.flex.Actions.invokeAction("CompleteTask", { sid });
    } catch (error) {
      this.report("After-call work could not be completed automatically", error);
    }
  }

  private forget(sid: string): void {
    window.clearTimeout(this.timers.get(sid));
    this.timers.delete(sid);
  }

  private report(what: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.flex.Notifications.showNotification(FAILED, { message: `${what}: ${why}` });
  }
}

function isWrappingUp(task: Flex.ITask): boolean {
  return task.taskChannelUniqueName === "voice" && task.status === "wrapping";
}

/** What a notification says; Flex hands it the context with which the notification was shown. */
function Failure({ notificationContext }: { notificationContext?: { message: string } }) {
  return <>{notificationContext?.message}</>;
}
