//! Each backend against a server that answers in the shapes of the system that it speaks to.

use serde_json::{Value, json};

use super::server::Fake;
use super::{Deploying, Folder};

/// Makes a bot with one backend of these keys, whose secrets are `hunter22`.
fn bot(kind: &str, url: &str, keys: &str) -> Deploying {
    Folder::new().bot(&format!(
        "[deploy.environment.prod]\n[deploy.backend.it]\nkind = \"{kind}\"\nurl = \"{url}\"\ntoken = {{ env = \"SECRET\" }}\ntimeout = \"5s\"\nevery = \"5ms\"\n{keys}\n[deploy.service.api]\n"
    ))
}

fn deployment(image: &str, generation: u64, updated: u64, available: u64) -> Value {
    json!({
        "metadata": { "generation": 7 },
        "spec": { "replicas": 3, "template": { "spec": { "containers": [{ "name": "api", "image": image }] } } },
        "status": { "observedGeneration": generation, "replicas": 3, "updatedReplicas": updated, "availableReplicas": available, "conditions": [] },
    })
}

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/prod/deployments/api";
const IMAGE: &str = "image = \"registry.example/{service}:{version}\"";

#[tokio::test]
async fn kubernetes_sets_the_image_and_waits_for_the_roll_out() {
    let fake = Fake::start().await;
    let get = format!("GET {DEPLOYMENT}");
    fake.on(&format!("PATCH {DEPLOYMENT}"), 200, json!({}))
        .on(
            &get,
            200,
            deployment("registry.example/api:2.41.0", 6, 3, 3),
        )
        .on(&get, 503, "out")
        .on(
            &get,
            200,
            deployment("registry.example/api:2.42.0", 7, 1, 1),
        )
        .on(
            &get,
            200,
            deployment("registry.example/api:2.42.0", 7, 3, 3),
        );
    let bot = bot("kubernetes", &fake.url, IMAGE);

    bot.say("deploy plan api 2.42.0 --env prod")
        .await
        .assert_contains("sets the image of api in prod to registry.example/api:2.42.0");
    let reply = bot.deploy("deploy run api 2.42.0 --env prod").await;

    reply.assert_ok().assert_contains("3 pods run it");
    let patch = &fake.asked("PATCH")[0];
    assert!(
        patch.head.contains("authorization: Bearer hunter22"),
        "{patch:?}"
    );
    assert!(
        patch
            .head
            .contains("application/strategic-merge-patch+json"),
        "{patch:?}"
    );
    assert!(
        patch
            .body
            .contains("\"image\":\"registry.example/api:2.42.0\""),
        "{patch:?}"
    );
    assert_eq!(fake.asked("PATCH").len(), 1);
}

#[tokio::test]
async fn a_roll_out_that_the_cluster_gives_up_is_half_way() {
    let fake = Fake::start().await;
    let mut stuck = deployment("registry.example/api:2", 7, 1, 0);
    stuck["status"]["conditions"] = json!([{ "type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": "image cannot be pulled" }]);
    fake.on(&format!("PATCH {DEPLOYMENT}"), 200, json!({})).on(
        &format!("GET {DEPLOYMENT}"),
        200,
        stuck,
    );
    let bot = bot("kubernetes", &fake.url, IMAGE);

    bot.deploy("deploy run api 2 --env prod")
        .await
        .assert_contains("The deploy of api 2 to prod failed")
        .assert_contains("Kubernetes gave up: image cannot be pulled");
}

#[tokio::test]
async fn what_refuses_at_once_has_changed_nothing_and_is_not_asked_again() {
    for (status, body, words) in [
        (
            401,
            "",
            "Kubernetes does not accept my token; an admin has to renew it",
        ),
        (
            403,
            "{\"message\":\"deployments is forbidden\"}",
            "does not let me: deployments is forbidden",
        ),
        (404, "", "Kubernetes does not know what I ask for"),
        (
            422,
            "{\"message\":\"no such container\"}",
            "Kubernetes refuses (422): no such container",
        ),
    ] {
        let fake = Fake::start().await;
        fake.on(&format!("PATCH {DEPLOYMENT}"), status, body);
        let bot = bot("kubernetes", &fake.url, IMAGE);

        let reply = bot.deploy("deploy run api 2 --env prod").await;

        reply
            .assert_contains("Nothing was changed")
            .assert_contains(words);
        assert_eq!(fake.asked("PATCH").len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_nobody_understands_leaves_a_doubt() {
    for (status, body, words) in [
        (500, "", "Kubernetes is out (it answers 500)"),
        (200, "<html>", "Kubernetes answers nonsense"),
    ] {
        let fake = Fake::start().await;
        fake.on(&format!("PATCH {DEPLOYMENT}"), status, body);
        let bot = bot("kubernetes", &fake.url, IMAGE);

        let reply = bot.deploy("deploy run api 2 --env prod").await;

        reply
            .assert_contains("whether 2 runs now")
            .assert_contains(words);
    }
}

#[tokio::test]
async fn a_system_that_is_down_is_told_without_its_address() {
    let bot = bot("kubernetes", "http://127.0.0.1:1", IMAGE);

    bot.deploy("deploy run api 2 --env prod")
        .await
        .assert_contains("Kubernetes refuses the connection")
        .assert_lacks("127.0.0.1");
}

fn application(phase: &str, health: &str, revision: &str) -> Value {
    json!({ "status": {
        "health": { "status": health, "message": "1 pod crashes" },
        "operationState": { "phase": phase, "message": "hook failed", "operation": { "sync": { "revision": revision } } },
    } })
}

#[tokio::test]
async fn argo_cd_syncs_and_waits_until_it_is_healthy() {
    let fake = Fake::start().await;
    let get = "GET /api/v1/applications/api-prod";
    fake.on("POST /api/v1/applications/api-prod/sync", 200, json!({}))
        .on(get, 200, application("Succeeded", "Healthy", "v1"))
        .on(get, 200, application("Running", "Progressing", "v2"))
        .on(get, 200, application("Succeeded", "Healthy", "v2"));
    let bot = bot("argocd", &fake.url, "");

    let reply = bot.deploy("deploy run api v2 --env prod").await;

    reply.assert_ok().assert_contains("synced and healthy");
    let sync = &fake.asked("POST")[0];
    assert_eq!(sync.body, r#"{"prune":false,"revision":"v2"}"#);
}

#[tokio::test]
async fn argo_cd_says_why_a_sync_fails() {
    for (phase, health, words) in [
        ("Failed", "Healthy", "the sync failed: hook failed"),
        (
            "Succeeded",
            "Degraded",
            "it is synced, but degraded: 1 pod crashes",
        ),
    ] {
        let fake = Fake::start().await;
        fake.on("POST /api/v1/applications/api-prod/sync", 200, json!({}))
            .on(
                "GET /api/v1/applications/api-prod",
                200,
                application(phase, health, "v2"),
            );
        let bot = bot("argocd", &fake.url, "");

        bot.deploy("deploy run api v2 --env prod")
            .await
            .assert_contains(words);
    }
}

const WORKFLOW: &str = "/repos/acme/api/actions/workflows/deploy.yml";

/// GitHub with a workflow whose run 12 ends like this.
async fn github(conclusion: &str) -> Fake {
    let fake = Fake::start().await;
    let runs = format!("GET {WORKFLOW}/runs");
    fake.on(
        "GET /repos/acme/api/tags",
        200,
        json!([{ "name": "2.42.0" }, { "name": "2.41.0" }]),
    )
    .on(&runs, 200, json!({ "workflow_runs": [{ "id": 11 }] }))
    .on(&runs, 200, json!({ "workflow_runs": [{ "id": 11 }] }))
    .on(
        &runs,
        200,
        json!({ "workflow_runs": [{ "id": 12 }, { "id": 11 }] }),
    )
    .on(&format!("POST {WORKFLOW}/dispatches"), 204, "")
    .on(
        "GET /repos/acme/api/actions/runs/12",
        200,
        json!({ "id": 12, "status": "in_progress", "conclusion": null }),
    )
    .on(
        "GET /repos/acme/api/actions/runs/12",
        200,
        json!({ "id": 12, "status": "completed", "conclusion": conclusion }),
    );
    fake
}

#[tokio::test]
async fn github_runs_a_workflow_and_finds_its_run() {
    let fake = github("success").await;
    let bot = bot("github", &fake.url, "repository = \"acme/{service}\"");

    bot.say("deploy run api 2.43.0 --env prod")
        .await
        .assert_failed("There is no version \"2.43.0\" of api.");
    let reply = bot.deploy("deploy run api 2.42.0 --env prod").await;

    reply.assert_ok().assert_contains("run 12 succeeded");
    let dispatch = &fake.asked("POST")[0];
    assert_eq!(
        dispatch.body,
        r#"{"inputs":{"environment":"prod","version":"2.42.0"},"ref":"main"}"#
    );
}

#[tokio::test]
async fn github_says_how_a_workflow_ended() {
    let fake = github("failure").await;
    let bot = bot("github", &fake.url, "repository = \"acme/{service}\"");

    bot.deploy("deploy run api 2.42.0 --env prod")
        .await
        .assert_contains("run 12 ended: failure");
}

#[tokio::test]
async fn gitlab_runs_a_pipeline() {
    let fake = Fake::start().await;
    let project = "/projects/acme%2Fapi";
    fake.on(
        &format!("GET {project}/repository/tags"),
        200,
        json!([{ "name": "v2" }]),
    )
    .on(
        &format!("POST {project}/pipeline"),
        201,
        json!({ "id": 46, "status": "created" }),
    )
    .on(
        &format!("GET {project}/pipelines/46"),
        200,
        json!({ "id": 46, "status": "running" }),
    )
    .on(
        &format!("GET {project}/pipelines/46"),
        200,
        json!({ "id": 46, "status": "success" }),
    );
    let bot = bot("gitlab", &fake.url, "project = \"acme/{service}\"");

    let reply = bot.deploy("deploy run api v2 --env prod").await;

    reply.assert_ok().assert_contains("pipeline 46 succeeded");
    let begun = &fake.asked("POST")[0];
    assert!(begun.head.contains("private-token: hunter22"), "{begun:?}");
    assert!(
        begun.body.contains(r#"{"key":"VERSION","value":"v2"}"#),
        "{begun:?}"
    );
}

#[tokio::test]
async fn a_service_is_told_by_a_signed_call() {
    let fake = Fake::start().await;
    fake.on(
        "POST /deploy/api",
        200,
        json!({ "message": "done in 3 waves" }),
    )
    .on(
        "POST /deploy/api",
        409,
        json!({ "message": "another one is running" }),
    )
    .on("POST /deploy/api", 500, "");
    let bot = Folder::new().bot(&format!(
        "[deploy.environment.prod]\n[deploy.backend.it]\nkind = \"http\"\nurl = \"{}/deploy/{{service}}\"\nsecret = {{ env = \"SIGNING\" }}\n[deploy.service.api]\n",
        fake.url
    ));

    bot.deploy("deploy run api 1 --env prod")
        .await
        .assert_ok()
        .assert_contains("done in 3 waves");
    bot.deploy("deploy run api 2 --env prod")
        .await
        .assert_contains("Nothing was changed")
        .assert_contains("the service answers 409: another one is running");
    bot.deploy("deploy run api 3 --env prod")
        .await
        .assert_contains("whether 1 or 3 runs now");

    let call = &fake.asked("POST")[0];
    for header in [
        "webhook-id: ",
        "webhook-timestamp: ",
        "webhook-signature: v1,",
    ] {
        assert!(call.head.contains(header), "{call:?}");
    }
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body["type"], "deploy");
    assert_eq!(body["data"]["version"], "1");
    assert_eq!(body["data"]["by"], "Mira Novak");
}

#[tokio::test]
async fn what_others_deploy_is_seen_where_the_backend_can_look() {
    let fake = Fake::start().await;
    let seen = deployment("registry.example/api:2.40.0", 7, 3, 3);
    fake.on(&format!("GET {DEPLOYMENT}"), 200, seen);
    let bot = bot("kubernetes", &fake.url, IMAGE);
    bot.say("deploy status").await.assert_ok();

    // The task runs at the start and is waited for.
    let _ = bot.posted().await;

    bot.say("deploy status api")
        .await
        .assert_contains("● prod  2.40.0")
        .assert_contains("not deployed by me");
}

#[test]
fn what_is_wrong_with_a_backend_is_told_with_the_way_out() {
    let toml = r#"
[deploy.environment.prod]
[deploy.backend.k8s]
kind = "kubernetes"
url = "http://cluster.example"
image = "registry/{service}"
[deploy.backend.gh]
kind = "github"
token = "ghp_plain"
[deploy.backend.hook]
kind = "http"
url = "http://deploys.example/x"
[deploy.service.api]
backend = "k8s"
"#;
    let (_, problems) = Folder::new().try_read(toml);

    for part in [
        "the token would be readable on its way",
        "{version} has to be in it",
        "there is no `repository`",
        "there is no `secret`",
        "this is no https:// address",
    ] {
        assert!(problems.contains(part), "{part} in\n{problems}");
    }
    assert!(
        !problems.contains("ghp_plain") || problems.contains("token = \"…\""),
        "{problems}"
    );
}
