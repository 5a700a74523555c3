//! The API's description and the template list the same routes, with the same scopes.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use local::template::{AnyMethod, Given, Template};
use serde_json::Value;

/// The scopes of each route under `/api`, by method and path; `None` for a public one.
type Routes = BTreeMap<String, Option<BTreeSet<String>>>;

fn routes_of_the_template() -> Routes {
    let known = [("MainNumber", "+15005550100")];
    let given = Given {
        parameters: &BTreeMap::new(),
        known: &known.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        aws_url: "http://127.0.0.1:3004",
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = Template::read(&path, &given).unwrap();
    let routes = template.functions.into_iter().flat_map(|function| function.routes);
    routes
        .filter(|route| route.path.starts_with("/api/"))
        .map(|route| {
            let AnyMethod::One(method) = &route.method else { panic!("ANY {}", route.path) };
            let scopes = route.authorization.map(|asked| asked.scopes.into_iter().collect());
            (format!("{method} {}", route.path), scopes)
        })
        .collect()
}

fn routes_of_the_description() -> Routes {
    let document = serde_json::to_value(shared::openapi::document("")).unwrap();
    let mut routes = Routes::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let scopes = operation.get("security").map(scopes);
            routes.insert(format!("{} {path}", method.to_uppercase()), scopes);
        }
    }
    routes
}

/// Of the one requirement that there is.
fn scopes(security: &Value) -> BTreeSet<String> {
    let [requirement] = security.as_array().unwrap().as_slice() else { panic!("{security}") };
    serde_json::from_value(requirement["oauth2"].clone()).unwrap()
}

#[test]
fn the_description_lists_the_templates_routes_and_their_scopes() {
    let (described, deployed) = (routes_of_the_description(), routes_of_the_template());
    let all: BTreeSet<_> = described.keys().chain(deployed.keys()).collect();
    let differences: Vec<_> = all
        .into_iter()
        .filter(|route| described.get(*route) != deployed.get(*route))
        .map(|route| {
            format!(
                "{route}: described {:?}, deployed {:?}",
                described.get(route),
                deployed.get(route)
            )
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_route_has_one_scope_but_for_the_description_itself() {
    for (route, scopes) in routes_of_the_template() {
        match scopes {
            None => assert_eq!(route, "GET /api/openapi.json"),
            Some(scopes) => assert_eq!(scopes.len(), 1, "{route}"),
        }
    }
}
