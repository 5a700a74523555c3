//! What workspaces are made of, as REST makes and refuses it.

use serde_json::{Value, json};

use crate::contact_centre::{Centre, sid};
use crate::stage::Stage;

async fn refused(centre: &Centre, path: &str, form: &[(&str, &str)], words: &str) {
    let (status, error) = centre.post(path, form).await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(20_001)), "{path} {form:?}: {error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(words), "{path} {form:?}: {message}");
}

#[tokio::test]
async fn new_workspace_has_twilios_activities_and_perhaps_a_queue() {
    let stage = Stage::new().await;
    let (status, plain) = stage.post_v1("Workspaces", &[("FriendlyName", "Plain")]).await;
    assert_eq!((status, &plain["multi_task_enabled"]), (201, &json!(true)));
    assert_eq!(plain["default_activity_name"], "Offline");
    assert_eq!(plain["timeout_activity_sid"], plain["default_activity_sid"]);
    let base = format!("Workspaces/{}", plain["sid"].as_str().unwrap());
    let (_, list) = stage.get_v1(&format!("{base}/Activities")).await;
    let activity = |it: &Value| (it["friendly_name"].clone(), it["available"].clone());
    let activities: Vec<_> = list["activities"].as_array().unwrap().iter().map(activity).collect();
    let wanted = [("Offline", false), ("Available", true), ("Unavailable", false)];
    assert_eq!(activities, wanted.map(|(name, available)| (json!(name), json!(available))));
    assert_eq!(list["meta"]["key"], "activities");

    let form = [("FriendlyName", "Plain"), ("Template", "FIFO")];
    let fifo = sid(stage.post_v1("Workspaces", &form).await);
    let (_, queues) = stage.get_v1(&format!("Workspaces/{fifo}/TaskQueues")).await;
    assert_eq!(queues["task_queues"][0]["target_workers"], "1==1");
    let (_, workflows) = stage.get_v1(&format!("Workspaces/{fifo}/Workflows")).await;
    assert_eq!(workflows["workflows"][0]["task_reservation_timeout"], 120);
    let (_, page) = stage.get_v1("Workspaces?PageSize=1&FriendlyName=Plain").await;
    let next = page["meta"]["next_page_url"].as_str().unwrap();
    let (_, second) = stage.get_v1(next.split("/v1/").nth(1).unwrap()).await;
    assert_eq!(
        (&second["workspaces"][0]["sid"], &second["meta"]["next_page_url"]),
        (&json!(fifo), &Value::Null)
    );
    assert_eq!(stage.delete_v1(&format!("Workspaces/{fifo}")).await, 204);
    assert_eq!(stage.get_v1(&format!("Workspaces/{fifo}")).await.0, 404);
}

#[tokio::test]
async fn mistakes_are_refused_in_twilios_words() {
    let centre = Centre::open().await;
    let (queue, workflow) = (&*centre.queue, &*centre.workflow);
    let configuration =
        |queue: &str| json!({"task_routing": {"default_filter": {"queue": queue}}}).to_string();
    let (unknown, known) =
        (configuration("WQ00000000000000000000000000000000"), configuration(queue));
    for (path, form, words) in [
        ("TaskQueues", vec![("FriendlyName", "Everybody")], "Queue named Everybody already exists"),
        (
            "TaskQueues",
            vec![("FriendlyName", "Q"), ("TargetWorkers", "skill-level > 3")],
            "recognition",
        ),
        (
            "TaskQueues",
            vec![("FriendlyName", "Q"), ("AssignmentActivitySid", "WA1")],
            "'AssignmentActivitySid' is not supported",
        ),
        (
            "TaskQueues",
            vec![("FriendlyName", "Q"), ("MaxReservedWorkers", "51")],
            "MaxReservedWorkers",
        ),
        ("Activities", vec![("FriendlyName", "Offline")], "already exists"),
        ("Activities", vec![], "FriendlyName"),
        (
            "Workers",
            vec![("FriendlyName", "ada")],
            "Worker with the same friendly name already exists",
        ),
        ("Workers", vec![("FriendlyName", "Bea"), ("Attributes", "[]")], "Attributes"),
        ("Workers", vec![("FriendlyName", "Bea"), ("ActivitySid", "WA0")], "ActivitySid"),
        (
            "Workflows",
            vec![("FriendlyName", "Calls"), ("Configuration", &*known)],
            "already exists",
        ),
        ("Workflows", vec![("FriendlyName", "W"), ("Configuration", &*unknown)], "does not exist"),
        ("Workflows", vec![("FriendlyName", "W"), ("Configuration", "{")], "not valid JSON"),
        ("Workflows", vec![("FriendlyName", "W")], "Configuration"),
        ("Tasks", vec![("WorkflowSid", "WW0")], "WorkflowSid"),
        ("Tasks", vec![("Attributes", "no")], "Attributes"),
        ("Tasks", vec![("VirtualStartTime", "2999-01-01T00:00:00Z")], "future"),
        ("Tasks", vec![("RoutingTarget", "WK0")], "'RoutingTarget' is not supported"),
        ("Tasks", vec![("TaskChannel", "pigeon")], "TaskChannel"),
    ] {
        refused(&centre, path, &form, words).await;
    }
    let path = format!("Workspaces/{}/TaskQueues/{queue}", centre.workspace);
    assert_eq!(centre.stage.delete_v1(&path).await, 400);
    let path = format!("Workspaces/{}/Activities/{}", centre.workspace, centre.available);
    assert_eq!(centre.stage.delete_v1(&path).await, 400);
    let path = format!("Workspaces/{}/Workers/{}", centre.workspace, centre.agent);
    assert_eq!(centre.stage.delete_v1(&path).await, 400);
    let away = [("ActivitySid", &*centre.offline)];
    assert_eq!(centre.post(&format!("Workers/{}", centre.agent), &away).await.0, 200);
    assert_eq!(centre.stage.delete_v1(&path).await, 204);
    let path = format!("Workspaces/{}/Activities/{}", centre.workspace, centre.available);
    assert_eq!(centre.stage.delete_v1(&path).await, 204);
    // Tasks in it go on.
    let task = sid(centre.post("Tasks", &[("WorkflowSid", workflow)]).await);
    let path = format!("Workspaces/{}/Workflows/{workflow}", centre.workspace);
    assert_eq!(centre.stage.delete_v1(&path).await, 400);
    let task = format!("Tasks/{task}");
    refused(&centre, &task, &[("AssignmentStatus", "completed"), ("Reason", "x")], "assigned")
        .await;
    refused(&centre, &task, &[("AssignmentStatus", "canceled")], "Reason").await;
    let form = [("AssignmentStatus", "canceled"), ("Reason", "wrong number")];
    assert_eq!(centre.post(&task, &form).await.1["reason"], "wrong number");
    assert_eq!(centre.stage.delete_v1(&path).await, 204);
}

#[tokio::test]
async fn lists_of_tasks_and_workers_are_filtered() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let experts = [("FriendlyName", "Experts"), ("TargetWorkers", "level >= 3")];
    sid(centre.post("TaskQueues", &experts).await);
    let eve = centre.hire("Eve", "+15005550022", &json!({"level": 3})).await;
    let count = async |path: &str, key: &str| {
        let (status, list) = centre.get(path).await;
        assert_eq!(status, 200, "{list}");
        list[key].as_array().unwrap().len()
    };
    for (query, wanted) in [
        ("", 2),
        ("?TaskQueueName=Experts", 1),
        ("?TargetWorkersExpression=level%20%3D%3D%203", 1),
        ("?FriendlyName=Ada", 1),
        ("?ActivityName=Available", 2),
        ("?Available=false", 0),
    ] {
        assert_eq!(count(&format!("Workers{query}"), "workers").await, wanted, "{query}");
    }
    assert_eq!(count(&format!("TaskQueues?WorkerSid={eve}"), "task_queues").await, 2);
    for topic in ["a", "b", "c"] {
        let attributes = json!({"topic": topic}).to_string();
        sid(centre.post("Tasks", &[("Attributes", &attributes)]).await);
    }
    for (query, wanted) in [
        ("", 3),
        ("?AssignmentStatus=reserved", 2),
        ("?AssignmentStatus=pending,reserved", 3),
        ("?EvaluateTaskAttributes=topic%20IN%20%5B'a','b'%5D", 2),
        ("?TaskQueueName=Everybody", 3),
        ("?WorkflowName=Nothing", 0),
        ("?Priority=1", 0),
        ("?HasAddons=true", 0),
    ] {
        assert_eq!(count(&format!("Tasks{query}"), "tasks").await, wanted, "{query}");
    }
    let (status, _) = centre.get("Tasks?Ordering=Size:asc").await;
    assert_eq!(status, 400);
    let path = format!("Workers/{eve}/Reservations?ReservationStatus=pending");
    assert_eq!(count(&path, "reservations").await, 1);
}

#[tokio::test]
async fn workspaces_outlive_a_reset_and_tasks_do_not() {
    let centre = Centre::open().await;
    sid(centre.post("Tasks", &[]).await);
    centre.stage.control.reset().await.unwrap();
    let all = centre.stage.control.task_router().await.unwrap();
    assert_eq!((all[0].workers.len(), all[0].tasks.len()), (1, 0));
    // Events come as before.
    let task = sid(centre.post("Tasks", &[]).await);
    centre.event("task.created", &task).await;
}
