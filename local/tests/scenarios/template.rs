//! What the reader of templates makes of the project's own, and what it refuses.

use std::{collections::BTreeMap, path::Path};

use local::template::{Given, Template};

fn parse(text: &str) -> Result<Template, String> {
    let given = Given {
        parameters: &BTreeMap::new(),
        known: &BTreeMap::new(),
        aws_url: "http://127.0.0.1:3004",
    };
    Template::parse(text, &given).map_err(|error| format!("{error:#}"))
}

/// A function with these lines among its properties, or as its events.
fn function(properties: &str) -> String {
    format!(
        "Resources:\n  Api: {{Type: AWS::Serverless::HttpApi}}\n  IvrEntry:\n    \
         Type: AWS::Serverless::Function\n    Properties:\n      Handler: bootstrap\n      \
         Runtime: provided.al2023\n      {properties}\n"
    )
}

/// A function that reads a queue with a role that allows this, with further lines of the role.
fn role(action: &str, properties: &str) -> String {
    let event = "Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}";
    format!(
        "{}      Role: !GetAtt Role.Arn\n  Queue: {{Type: AWS::SQS::Queue}}\n  Role:\n    \
         Type: AWS::IAM::Role\n    Properties:\n{properties}      Policies:\n      - PolicyDocument: \
         {{Statement: {{Effect: Allow, Action: '{action}', Resource: !GetAtt Queue.Arn}}}}\n",
        function(event)
    )
}

#[test]
fn the_projects_own_template_is_understood() {
    let known = [
        ("PublicUrl", "http://127.0.0.1:3000"),
        ("TwilioApiUrl", "http://127.0.0.1:3001"),
        ("OwnerNumber", "+15005550199"),
        ("LocalDynamoDbUrl", "http://127.0.0.1:3002"),
        ("LocalS3Url", "http://127.0.0.1:3003"),
        ("LocalAwsUrl", "http://127.0.0.1:3004"),
        ("LocalIssuerUrl", "http://127.0.0.1:3000"),
        ("MainNumber", "+15005550100"),
    ];
    let given = Given {
        parameters: &BTreeMap::new(),
        known: &known.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        aws_url: "http://127.0.0.1:3004",
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = Template::read(&path, &given).unwrap();
    let entry = template.functions.iter().find(|function| function.binary == "ivr-entry").unwrap();
    assert_eq!(entry.routes[0].path, "/voice");
    assert_eq!(entry.environment["AWS_ENDPOINT_URL_S3"], "http://127.0.0.1:3003");
    assert_eq!(entry.environment["TABLE_NAME"], "switchboard-table");
    // No credential is in the template: the stack puts its own.
    assert_eq!(template.secrets[0].value, None);
}

#[test]
fn without_the_local_addresses_functions_talk_to_aws() {
    let text = "
Parameters: {LocalUrl: {Type: String, Default: ''}}
Conditions: {Local: !Not [!Equals [!Ref LocalUrl, '']]}
Globals:
  Function:
    Environment:
      Variables:
        GLOBAL: here
        BOTH: global
        AWS_ENDPOINT_URL_S3: !If [Local, !Ref LocalUrl, !Ref 'AWS::NoValue']
Resources:
  IvrEntry:
    Type: AWS::Serverless::Function
    Properties:
      Handler: bootstrap
      Runtime: provided.al2023
      Environment: {Variables: {OWN: !Sub '${AWS::StackName}-${AWS::Region}', BOTH: own}}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Condition: Local
";
    let template = parse(text).unwrap();
    let variables = template.functions[0].environment.iter();
    let variables: Vec<_> = variables.map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(variables, ["BOTH=own", "GLOBAL=here", "OWN=switchboard-us-east-1"]);
}

#[test]
fn what_the_local_stack_does_not_know_is_an_error_that_names_it() {
    let cases = [
        "Resources: {Users: {Type: AWS::Cognito::IdentityPool}}".to_owned(),
        "Mappings: {A: {B: {C: d}}}\nResources: {}".to_owned(),
        "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}}".to_owned(),
        "Resources: {Queue: {Type: AWS::SQS::Queue, CreationPolicy: {}}}".to_owned(),
        function("Layers: [arn:aws:lambda:us-east-1:1:layer:x:1]"),
        function("Timeout: !FindInMap [A, B, C]"),
        function("Events: {Items: {Type: Kinesis, Properties: {Stream: x}}}"),
        function("Events: {Daily: {Type: Schedule, Properties: {Schedule: cron(0 9 * * ? *)}}}"),
        function(
            "Events: {Items: {Type: DynamoDB, Properties: {Stream: x, StartingPosition: LATEST}}}",
        ),
        function(
            "Events: {Api: {Type: HttpApi, Properties: {Path: /a, Method: GET, Auth: {Authorizer: Jwt}}}}",
        ),
        function(
            "Environment: {Variables: {URL: !Sub 'https://${Api}.execute-api.us-east-1.amazonaws.com'}}",
        ),
        function("Environment: {Variables: {URL: !GetAtt Api.ApiEndpoint}}"),
        function(
            "Events: {Jobs: {Type: SQS, Properties: {Queue: arn:aws:sqs:us-east-1:1:elsewhere}}}",
        ),
        role("sqs:ReceiveMessage", ""),
        role("sqs:*", "      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]\n"),
    ];
    let errors: Vec<_> = cases.iter().map(|text| parse(text).err().unwrap_or_default()).collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    Resources.Users: resource type AWS::Cognito::IdentityPool is not known to the local stack (local/src/template)
    the template: Mappings is not known to the local stack (local/src/template)
    Resources.Queue (AWS::SQS::Queue): FifoQueue is not known to the local stack (local/src/template)
    Resources.Queue: CreationPolicy is not known to the local stack (local/src/template)
    Resources.IvrEntry (AWS::Serverless::Function): Layers is not known to the local stack (local/src/template)
    Resources.IvrEntry.Timeout: Fn::FindInMap is not known to the local stack, or not with this argument
    Resources.IvrEntry.Events.Items: event type Kinesis is not known to the local stack, only HttpApi, SQS, DynamoDB, Schedule and ScheduleV2
    Resources.IvrEntry.Events.Daily.Properties.Schedule: cron(0 9 * * ? *) is not known to the local stack, only rate(…)
    Resources.IvrEntry: no table of the template has the stream x
    Resources.IvrEntry: route /a: the HTTP API has no authorizer Jwt
    Resources.IvrEntry.Environment.Variables.URL: function IvrEntry refers to the HTTP API Api, whose routes refer to the function: AWS refuses this circular dependency
    Resources.IvrEntry.Environment.Variables.URL: function IvrEntry refers to the HTTP API Api, whose routes refer to the function: AWS refuses this circular dependency
    Resources.IvrEntry: the queue arn:aws:sqs:us-east-1:1:elsewhere is not in the template
    Resources.IvrEntry.Role: Lambda needs sqs:DeleteMessage on arn:aws:sqs:us-east-1:000000000000:switchboard-queue to read it
    Resources.Role (AWS::IAM::Role): the managed policy arn:aws:iam::aws:policy/AdministratorAccess is not known to the local stack
    "#);
}

#[test]
fn a_function_may_name_the_api_where_its_routes_are() {
    let text = function(
        "Events: {Voice: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /voice, Method: post}}}",
    );
    let template = parse(&text).unwrap();
    assert_eq!(template.functions[0].routes.len(), 1);
}

#[test]
fn a_function_may_do_what_its_own_role_allows() {
    let template = parse(&role("sqs:*", "")).unwrap();
    let [statement] = template.functions[0].policies.as_slice() else { panic!() };
    assert_eq!(statement.actions, ["sqs:*"]);
    assert_eq!(statement.resources, ["arn:aws:sqs:us-east-1:000000000000:switchboard-queue"]);
}

#[test]
fn what_a_streams_event_may_not_say_is_named() {
    let cases = [
        "StartingPosition: AT_TIMESTAMP",
        "StartingPosition: LATEST, ParallelizationFactor: 2",
        "StartingPosition: LATEST, TumblingWindowInSeconds: 5",
        "StartingPosition: LATEST, MaximumRetryAttempts: -2",
        "StartingPosition: LATEST, FunctionResponseTypes: [All]",
        "StartingPosition: LATEST, FilterCriteria: {Filters: [{Pattern: '{\"a\": [{\"suffix\": \"b\"}]}'}]}",
        "StartingPosition: LATEST, DestinationConfig: {OnFailure: {Type: SNS, Destination: x}}",
    ];
    let errors: Vec<_> = cases
        .iter()
        .map(|rest| {
            let event = format!("{{Type: DynamoDB, Properties: {{Stream: x, {rest}}}}}");
            parse(&function(&format!("Events: {{Items: {event}}}"))).err().unwrap_or_default()
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    Resources.IvrEntry.Events.Items.Properties.StartingPosition: AT_TIMESTAMP is not known to the local stack
    Resources.IvrEntry.Events.Items.Properties: ParallelizationFactor is not known to the local stack (local/src/template)
    Resources.IvrEntry.Events.Items.Properties: TumblingWindowInSeconds is not known to the local stack (local/src/template)
    Resources.IvrEntry.Events.Items.Properties.MaximumRetryAttempts: -2 is out of range
    Resources.IvrEntry.Events.Items.Properties.FunctionResponseTypes: All is not known
    Resources.IvrEntry.Events.Items.Properties.FilterCriteria.Filters[0].Pattern: a: operator suffix of "b" is not known to the local stack
    Resources.IvrEntry.Events.Items.Properties.DestinationConfig.OnFailure.Type: SNS is not known to the local stack, only SQS
    "#);
}
