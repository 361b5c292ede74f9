"""Tests of check_template.py: small templates, each with something wrong that must be reported.

Run with `just template-check`, or `.venv/template/bin/python -m unittest discover scripts`.
"""

import copy
import logging
import os
import unittest

import check_template
from samtranslator.yaml_helper import yaml_parse

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
logging.disable(logging.WARNING)

# One function, one table, one bucket, all as it should be.
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  KmsKeyArn: { Type: String, Default: "" }
  SigningUser: { Type: String, Default: "no" }
Conditions:
  HasKmsKey: !Not [!Equals [!Ref KmsKeyArn, ""]]
  HasSigningUser: !Equals [!Ref SigningUser, "yes"]
  RoleSigns: !Not [!Condition HasSigningUser]
Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  CreateUpload:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: target/lambda/create-upload
      AutoPublishAlias: live
      Role: !GetAtt Role.Arn
      LoggingConfig: { LogGroup: !Ref Log }
      Events:
        Create: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: POST, Path: "/v1/uploads/{id}" } }
        Rest: { Type: HttpApi, Properties: { ApiId: !Ref Api } }
  Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !Sub "/aws/lambda/${AWS::StackName}-x" } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - { Sid: Log, Effect: Allow, Action: [logs:CreateLogStream, logs:PutLogEvents], Resource: !GetAtt Log.Arn }
              - { Sid: Put, Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Uploads.Arn }
              - !If
                - RoleSigns
                - { Sid: Sign, Effect: Allow, Action: "s3:PutObject", Resource: !Sub "${Blobs.Arn}/uploads/*" }
                - !Ref AWS::NoValue
              - !If
                - HasKmsKey
                - Sid: TableKey
                  Effect: Allow
                  Action: kms:Decrypt
                  Resource: !Ref KmsKeyArn
                  Condition: { StringEquals: { kms:ViaService: !Sub "dynamodb.${AWS::Region}.amazonaws.com" } }
                - !Ref AWS::NoValue
              - !If
                - HasKmsKey
                - !If [RoleSigns, &bytes { Sid: BytesKey, Effect: Allow, Action: kms:GenerateDataKey, Resource: !Ref KmsKeyArn }, !Ref AWS::NoValue]
                - !Ref AWS::NoValue
  User:
    Type: AWS::IAM::User
    Condition: HasSigningUser
    Properties:
      Policies:
        - PolicyName: sign
          PolicyDocument:
            Statement:
              - { Sid: Sign, Effect: Allow, Action: "s3:PutObject", Resource: !Sub "${Blobs.Arn}/uploads/*" }
              - !If [HasKmsKey, *bytes, !Ref AWS::NoValue]
  Blobs: { Type: AWS::S3::Bucket }
  Uploads:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      TableName: !Sub ${AWS::StackName}-uploads
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: by_bucket
          KeySchema: [{ AttributeName: listing, KeyType: HASH }, { AttributeName: at, KeyType: RANGE }]
          Projection: { ProjectionType: KEYS_ONLY }
      TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
"""

DESCRIPTION = {
    "tables": [
        {
            "name": "uploads",
            "partition": "pk",
            "sort": None,
            "index": {"name": "by_bucket", "partition": "listing", "sort": "at"},
            "ttl": "ttl",
            "stream": True,
        }
    ],
    "routes": [
        {"route_key": "POST /v1/uploads/{id}", "function": "create-upload"},
        {"route_key": "$default", "function": "create-upload"},
    ],
}


def call(action, resource, service="dynamodb", function="create-upload", index=None):
    return {"function": function, "service": service, "action": action, "resource": resource, "index": index}


CALLS = [call("PutItem", "uploads"), call("PresignPutObject", "s3:uploads/", "s3")]


class CheckTemplate(unittest.TestCase):
    def setUp(self):
        self.template = yaml_parse(TEMPLATE)
        self.description = copy.deepcopy(DESCRIPTION)
        self.calls = copy.deepcopy(CALLS)

    def problems(self):
        return check_template.problems_of(self.template, self.description, self.calls)

    def assertReported(self, text):
        problems = self.problems()
        self.assertTrue(any(text in problem for problem in problems), f"{text!r} is not among {problems}")

    def properties(self, resource):
        return self.template["Resources"][resource]["Properties"]

    def statements(self, owner="Role"):
        return self.properties(owner)["Policies"][0]["PolicyDocument"]["Statement"]

    def allow(self, action, resource, condition=None):
        """Adds a statement to the function's role."""
        statement = {"Sid": "Extra", "Effect": "Allow", "Action": action, "Resource": resource}
        self.statements().append(statement | ({"Condition": condition} if condition else {}))

    def test_a_template_as_it_should_be_has_no_problem(self):
        self.assertEqual(self.problems(), [])

    # Drift

    def test_a_table_differs(self):
        table = self.properties("Uploads")
        changes = {
            "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": False},
            "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [],
        }
        fields = ["ttl", "stream", "partition", "index"]
        for (name, value), field in zip(changes.items(), fields, strict=True):
            with self.subTest(name):
                before = table[name]
                table[name] = value
                self.assertReported(f"table uploads: {field} is ")
                table[name] = before

    def test_a_table_is_missing_or_new(self):
        self.description["tables"][0]["name"] = "batches"
        self.assertReported("table batches: in the code, not in the template")
        self.assertReported("table uploads: in the template, not in the code")

    def test_a_table_lacks_protection(self):
        for name in ("DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "BillingMode"):
            with self.subTest(name):
                before = self.properties("Uploads").pop(name)
                self.assertReported("Uploads: ")
                self.properties("Uploads")[name] = before
        del self.template["Resources"]["Uploads"]["DeletionPolicy"]
        self.assertReported("Uploads: DeletionPolicy is not as it must be")

    def test_a_route_differs(self):
        self.description["routes"][0]["function"] = "buckets"
        self.assertReported("route POST /v1/uploads/{id}: function is 'create-upload' in the template, 'buckets'")

    def test_a_route_is_missing(self):
        del self.properties("CreateUpload")["Events"]["Rest"]
        self.assertReported("route $default: in the code, not in the template")

    def test_a_route_is_new(self):
        del self.description["routes"][0]
        self.assertReported("route POST /v1/uploads/{id}: in the template, not in the code")

    def test_a_route_has_another_payload_format(self):
        self.properties("CreateUpload")["Events"]["Create"]["Properties"]["PayloadFormatVersion"] = "1.0"
        self.assertReported("its payload format is not 2.0")

    # Statements

    def test_a_bare_star(self):
        self.allow("dynamodb:PutItem", "*")
        self.assertReported('Role, statement Extra: its resource is a bare "*"')

    def test_a_bare_star_behind_a_condition_of_the_template(self):
        statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
        self.statements().append({"Fn::If": ["HasKmsKey", statement, {"Ref": "AWS::NoValue"}]})
        self.assertReported('its resource is a bare "*"')

    def test_a_bare_star_in_a_policy_of_its_own(self):
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["*"]}
        self.template["Resources"]["Policy"] = {
            "Type": "AWS::IAM::Policy",
            "Properties": {"PolicyName": "p", "Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": statement}},
        }
        self.assertReported('its resource is a bare "*"')

    def test_an_action_with_a_wildcard(self):
        self.allow("dynamodb:*", {"Fn::GetAtt": ["Uploads", "Arn"]})
        self.assertReported("the action dynamodb:* has a wildcard")

    def test_everything_but(self):
        statement = {"Sid": "But", "Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "x"}
        self.statements().append(statement)
        self.assertReported("statement But: it has NotAction")

    def test_a_managed_policy(self):
        self.properties("Role")["ManagedPolicyArns"].append("arn:aws:iam::aws:policy/AdministratorAccess")
        self.assertReported("AdministratorAccess isn't listed")

    # Used and granted

    def test_used_but_not_granted(self):
        self.calls.append(call("TransactWriteItems.Update", "uploads"))
        self.assertReported("create-upload: dynamodb:UpdateItem on ")

    def test_granted_on_the_table_but_used_on_its_index(self):
        self.allow("dynamodb:Query", {"Fn::GetAtt": ["Uploads", "Arn"]})
        self.calls.append(call("Query", "uploads", index="by_bucket"))
        self.assertReported("table/stack-uploads/index/by_bucket is used, but not granted")

    def test_granted_but_not_used(self):
        del self.calls[0]
        self.assertReported("create-upload: dynamodb:PutItem on ")
        self.assertReported("(Put) is granted, but not used")

    def test_another_prefix(self):
        self.calls[1]["resource"] = "s3:inline/"
        self.assertReported("inline/x is used, but not granted")
        self.assertReported("uploads/* (Sign) is granted, but not used")

    def test_the_signing_user_signs_for_the_role(self):
        self.properties("User")["Policies"][0]["PolicyDocument"]["Statement"].pop(0)
        self.assertReported("signing user: s3:PutObject on ")

    def test_a_role_that_keeps_the_right_when_the_user_signs(self):
        self.statements()[2] = self.statements()[2]["Fn::If"][1]
        self.assertReported("create-upload: s3:PutObject on arn:aws:s3:::Blobs/uploads/* (Sign) is granted, but not used")

    def test_a_key_for_another_service(self):
        key = self.statements()[3]["Fn::If"][1]
        key["Condition"]["StringEquals"]["kms:ViaService"] = "s3.eu-west-1.amazonaws.com"
        self.assertReported("create-upload: kms:Decrypt on ")

    def test_a_missing_key_is_found_by_listing_its_prefix(self):
        self.calls.append(call("HeadObject", "s3:uploads/", "s3"))
        self.allow("s3:GetObject", {"Fn::Sub": "${Blobs.Arn}/uploads/*"})
        self.assertReported("s3:ListBucket on arn:aws:s3:::Blobs is used, but not granted")
        self.allow("s3:ListBucket", {"Fn::GetAtt": ["Blobs", "Arn"]}, {"StringLike": {"s3:prefix": "inline/*"}})
        self.assertReported("s3:ListBucket on arn:aws:s3:::Blobs is used, but not granted")

    def test_another_functions_log(self):
        self.template["Resources"]["Other"] = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "other"}}
        self.statements()[0]["Resource"] = {"Fn::GetAtt": ["Other", "Arn"]}
        self.assertReported("create-upload: logs:PutLogEvents on ")

    def test_a_call_that_nobody_knows(self):
        self.calls.append(call("ExecuteStatement", "uploads"))
        self.assertReported("a recorded call can't be judged")

    def test_a_function_that_nobody_knows(self):
        self.calls.append(call("PutItem", "uploads", function="create-uploads"))
        self.assertReported("no such function")

    # Abuses

    def test_an_abuse(self):
        self.allow("s3:GetObject", {"Fn::Sub": "${Blobs.Arn}/*"})
        self.assertReported("create-upload reads no bytes: create-upload may s3:GetObject on ")

    def test_an_abuse_by_anyone(self):
        self.allow("dynamodb:Scan", {"Fn::GetAtt": ["Uploads", "Arn"]})
        self.assertReported("nobody but reconcile scans a table: create-upload may dynamodb:Scan on ")

    def test_an_abuse_by_wildcards(self):
        self.allow("s3:Delete*", {"Fn::Sub": "${Blobs.Arn}/up*"})
        self.assertReported("nobody hides bytes: create-upload may s3:DeleteObject on ")

    def test_an_abuse_behind_a_condition(self):
        condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
        self.allow("s3:DeleteObject", {"Fn::Sub": "${Blobs.Arn}/uploads/*"}, condition)
        self.assertReported("nobody hides bytes: create-upload may s3:DeleteObject on ")

    def test_an_abuse_by_the_signing_user(self):
        statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": {"Fn::Sub": "${Blobs.Arn}/*"}}
        self.statements("User").append(statement)
        self.assertReported("the signing user writes nothing under inline/: signing user may s3:PutObject on ")


if __name__ == "__main__":
    unittest.main()
