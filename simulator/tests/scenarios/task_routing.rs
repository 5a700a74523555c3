//! Which agent gets which task, and when.

use serde_json::json;
use simulator::client::{ReservationStatus, TaskStatus};

use crate::contact_centre::{CALLED, Centre, sid};
use crate::stage::{BOB, CAT};

#[tokio::test]
async fn busy_agents_get_no_second_call() {
    let centre = Centre::open().await;
    let ann = centre.ann_waits().await;
    let first = centre.task_in(TaskStatus::Assigned).await;
    centre.stage.control.place_call(BOB, CALLED, &[]).await.unwrap();
    let second = centre.task_in(TaskStatus::Pending).await;
    assert!(second.reservations.is_empty());
    centre.stage.control.hang_up(&ann).await.unwrap();
    centre.task_in(TaskStatus::Wrapping).await;
    // Who wraps up is not free yet.
    let (_, shown) = centre.get(&format!("Tasks/{}", second.sid)).await;
    assert_eq!(shown["assignment_status"], "pending");
    let form = [("AssignmentStatus", "completed"), ("Reason", "done")];
    assert_eq!(centre.post(&format!("Tasks/{}", first.sid), &form).await.0, 200);
    let served = |it: &simulator::client::TaskView| {
        it.sid == second.sid && it.status == TaskStatus::Assigned
    };
    centre.stage.control.task_where(served).await.unwrap();
}

#[tokio::test]
async fn urgent_and_older_tasks_come_first() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let away = [("ActivitySid", &*centre.offline)];
    assert_eq!(centre.post(&format!("Workers/{}", centre.agent), &away).await.0, 200);
    let task = async |more: &[(&str, &str)]| sid(centre.post("Tasks", more).await);
    let usual = task(&[]).await;
    let older = task(&[("VirtualStartTime", "2020-01-01T00:00:00Z")]).await;
    let urgent = task(&[("Priority", "5")]).await;
    let listed = async |ordering: &str| -> Vec<String> {
        let path = format!("Tasks?AssignmentStatus=pending,reserved&Ordering={ordering}");
        let (_, list) = centre.get(&path).await;
        let all = list["tasks"].as_array().unwrap().iter();
        all.map(|it| it["sid"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("DateCreated:asc").await[0], usual);
    let order = listed("Priority:desc,VirtualStartTime:asc").await;
    assert_eq!(order, [urgent.clone(), older.clone(), usual.clone()]);
    let back = [("ActivitySid", &*centre.available)];
    assert_eq!(centre.post(&format!("Workers/{}", centre.agent), &back).await.0, 200);
    for next in [&urgent, &older, &usual] {
        let (_, list) = centre.get(&format!("Tasks/{next}/Reservations")).await;
        let reservation = list["reservations"][0]["sid"].as_str().unwrap();
        let path = format!("Tasks/{next}/Reservations/{reservation}");
        for status in ["accepted", "completed"] {
            let (code, error) = centre.post(&path, &[("ReservationStatus", status)]).await;
            assert_eq!(code, 200, "{error}");
        }
    }
}

#[tokio::test]
async fn task_goes_from_target_to_target_and_out_of_the_workflow() {
    let centre = Centre::open().await;
    let experts = [("FriendlyName", "Experts"), ("TargetWorkers", "level > 3")];
    let experts = sid(centre.post("TaskQueues", &experts).await);
    let configuration = json!({"task_routing": {"filters": [{
        "filter_friendly_name": "Sales", "expression": "topic == 'sales'",
        "targets": [
            {"queue": experts, "priority": 3, "timeout": 10},
            {"queue": centre.queue, "expression": "worker.languages HAS task.language", "timeout": 10},
        ],
    }]}});
    let workflow = centre.workflow("Sales", &configuration, &[]).await;
    let attributes = json!({"topic": "sales", "language": "de"}).to_string();
    let form = [("WorkflowSid", &*workflow), ("Attributes", &attributes)];
    let task = sid(centre.post("Tasks", &form).await);
    let timeout = centre.event("workflow.timeout", &task).await;
    assert_eq!((timeout.get("TaskPriority"), timeout.get("TaskQueueName")), ("3", "Everybody"));
    let canceled = centre.event("task.canceled", &task).await;
    assert_eq!(canceled.get("Reason"), "Task canceled on Workflow timeout");
    let told = centre.told(&task);
    for event in ["task-queue.timeout", "task-queue.moved"] {
        assert!(told.iter().any(|it| it == event), "{told:?}");
    }
    // Somebody who speaks the language gets the next one.
    let agent = json!({"languages": ["de"]});
    centre.hire("Cleo", CAT, &agent).await;
    centre.answer("/assignment", "{}");
    sid(centre.post("Tasks", &form).await);
    centre.reserved(|it| it.worker == "Cleo").await;
    // A task that no filter takes is canceled at once.
    let form = [("WorkflowSid", &*workflow), ("Attributes", "{\"topic\":\"x\"}")];
    let (_, lost) = centre.post("Tasks", &form).await;
    assert_eq!(lost["assignment_status"], "canceled");
}

#[tokio::test]
async fn task_that_several_are_offered_is_the_first_ones_who_accepts() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let form = [("FriendlyName", "Race"), ("MaxReservedWorkers", "2")];
    let race = sid(centre.post("TaskQueues", &form).await);
    let configuration = json!({"task_routing": {"default_filter": {"queue": race}}});
    let workflow = centre.workflow("Race", &configuration, &[]).await;
    centre.hire("Bea", BOB, &json!({})).await;
    let task = sid(centre.post("Tasks", &[("WorkflowSid", &*workflow)]).await);
    let both = |it: &simulator::client::TaskView| it.reservations.len() == 2;
    let offered = centre.stage.control.task_where(both).await.unwrap();
    let path = |at: usize| format!("Tasks/{task}/Reservations/{}", offered.reservations[at].sid);
    let accept = [("ReservationStatus", "accepted")];
    assert_eq!(centre.post(&path(1), &accept).await.0, 200);
    let (status, error) = centre.post(&path(0), &accept).await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(20_001)));
    centre.event("reservation.rescinded", &task).await;
    let now = centre.task_in(TaskStatus::Assigned).await;
    let statuses: Vec<_> = now.reservations.iter().map(|it| it.status).collect();
    assert_eq!(statuses, [ReservationStatus::Rescinded, ReservationStatus::Accepted]);
}

#[tokio::test]
async fn known_worker_is_waited_for_and_a_step_that_nobody_is_there_for_is_skipped() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let target = json!({"queue": centre.queue, "known_worker_friendly_name": "task.agent",
        "skip_if": "workers.available == 0"});
    let second = json!({"queue": centre.queue, "priority": 9, "order_by": "worker.level DESC"});
    let filter = json!({"filter_friendly_name": "Known", "expression": "agent != null",
        "targets": [target, second]});
    let configuration = json!({"task_routing": {"filters": [filter]}});
    let workflow = centre.workflow("Known", &configuration, &[]).await;
    for (name, level) in [("Bea", 1), ("Cleo", 5), ("Dora", 3)] {
        centre.hire(name, BOB, &json!({"level": level})).await;
    }
    for (wanted, got, priority) in [("Dora", "Dora", 0), ("Nobody", "Cleo", 9)] {
        let attributes = json!({"agent": wanted}).to_string();
        let form = [("WorkflowSid", &*workflow), ("Attributes", &attributes)];
        let task = sid(centre.post("Tasks", &form).await);
        let offered =
            |it: &simulator::client::TaskView| it.sid == task && !it.reservations.is_empty();
        let offered = centre.stage.control.task_where(offered).await.unwrap();
        assert_eq!((offered.reservations[0].worker.as_str(), offered.priority), (got, priority));
    }
}
