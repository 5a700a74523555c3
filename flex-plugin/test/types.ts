// Some packages that Flex's types name are not installed (package.json, "overrides"). What the plugin
// uses has types all the same: each of these lines is an error, and tsc complains of one that is not.
import type * as Flex from "@twilio/flex-ui";

export function wrong(flex: typeof Flex, manager: Flex.Manager, task: Flex.ITask): void {
  // @ts-expect-error
  flex.Actions.invokeAction(1);
  // @ts-expect-error
  flex.Notifications.showNotification(1);
  // @ts-expect-error
  flex.TaskHelper.isIncomingCall(1);
  // @ts-expect-error
  flex.MainHeader.Content.add(1);
  // @ts-expect-error
  manager.events.emitTaskReceived(1);
  // @ts-expect-error
  manager.store.getState().flex.worker.tasks.get(1);
  // @ts-expect-error
  manager.workerClient?.sid.nothing;
  // @ts-expect-error
  task.status = "nothing";
}
