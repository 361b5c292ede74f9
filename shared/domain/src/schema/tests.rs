use serde_json::json;

use super::*;

fn parse(value: &Value) -> Result<BucketSchema, Violations> {
    BucketSchema::parse(value, &Path::body().key("bucket_schema"))
}

fn schema(properties: &Value) -> BucketSchema {
    parse(&json!({ "properties": properties })).expect("the schema is right")
}

fn entries(found: &Violations) -> Vec<String> {
    let entries = found.entries().iter();
    entries.map(|v| format!("{} {}", v.location, v.kind)).collect()
}

fn refusals(properties: &Value) -> Vec<String> {
    let found = parse(&json!({ "properties": properties })).expect_err("something is wrong");
    let entries = entries(&found).into_iter();
    entries.map(|e| e.replace("bucket_schema.properties.", "")).collect()
}

fn checked(schema: &BucketSchema, fields: &Value) -> Vec<String> {
    entries(&schema.check_fields(fields.as_object().unwrap(), &Path::body()))
}

#[test]
fn a_schema_is_kept_whole_and_written_with_type_and_required() {
    let given = json!({"properties": {
        "sku": {"type": "string", "required": true, "x-order": 1},
        "terms": {"type": "array", "required": null, "default": null},
        "pages": {"type": "array", "items": {"type": "pdf"}},
        "size": {"type": "object", "properties": {"w": {"type": "integer", "enum": [1, 2], "default": 2}}},
    }, "title": "Clips"});
    let written = json!({"properties": {
        "sku": {"type": "string", "required": true, "x-order": 1},
        "terms": {"type": "array", "required": false},
        "pages": {"type": "array", "required": false, "items": {"type": "pdf", "required": false}},
        "size": {"type": "object", "required": false, "properties":
            {"w": {"type": "integer", "required": false, "enum": [1, 2], "default": 2}}},
    }, "title": "Clips"});
    let schema = parse(&given).unwrap();
    assert_eq!(serde_json::to_value(&schema).unwrap(), written);
    assert_eq!(serde_json::from_value::<BucketSchema>(written).unwrap(), schema);
}

#[test]
fn all_that_is_wrong_in_a_schema_is_told_with_its_place() {
    let long = "n".repeat(101);
    assert_eq!(
        refusals(&json!({
            "a": {"type": "keyword", "required": "yes", "enum": [], "examples": {}, "description": 1},
            "b": {}, "c": {"type": 7}, "d": "string",
            "e": {"type": "object", "properties": {"f": {"type": "STRING"}, "status": {"type": "string"}}},
            "g": {"type": "array", "items": []},
            "status": {"type": "string"}, "auto_process": {"type": "boolean"},
            "tab\t": {"type": "string"}, "": {"type": "string"},
            (long.as_str()): {"type": "string"},
        })),
        [
            " value_error",
            "a.type enum",
            "a.required bool_type",
            "a.description string_type",
            "a.examples list_type",
            "a.enum too_short",
            "b.type missing",
            "c.type string_type",
            "d dict_type",
            "e.properties.f.type enum",
            "g.items dict_type",
            &format!("{long} string_too_long"),
            "status value_error",
            "tab\t value_error",
        ]
    );
    assert_eq!(entries(&parse(&json!([])).unwrap_err()), ["bucket_schema dict_type"]);
    assert_eq!(entries(&parse(&json!({})).unwrap_err()), ["bucket_schema.properties missing"]);
    let unknown = parse(&json!({"properties": {"a": {"type": "json"}}})).unwrap_err();
    assert!(unknown.entries()[0].message.ends_with(
        "string, number, integer, float, boolean, \
        object, array, date, datetime, text, image, audio, video, pdf, excel"
    ));
}

#[test]
fn a_default_is_what_an_object_could_send() {
    assert_eq!(
        refusals(&json!({
            "a": {"type": "integer", "default": 1.0},
            "b": {"type": "string", "enum": ["x"], "default": "y"},
            "c": {"type": "image", "default": "https://example.com/a.png"},
            "d": {"type": "array", "items": {"type": "video"}, "default": []},
            "e": {"type": "array", "items": {"type": "string"}, "default": ["a", 1]},
            "f": {"type": "text", "default": "fine"},
            "g": {"type": "float", "enum": [1, 2], "default": 1.0},
        })),
        [
            "a.default int_type",
            "b.default enum",
            "c.default value_error",
            "d.default value_error",
            "e.default[1] string_type"
        ]
    );
}

#[test]
fn a_schema_has_limits() {
    let fields = |count: usize| {
        let names = (0..count).map(|n| (n.to_string(), json!({"type": "string"})));
        Value::from(names.collect::<Map<_, _>>())
    };
    assert_eq!(schema(&fields(256)).properties.len(), 256);
    assert_eq!(refusals(&fields(257)), ["bucket_schema.properties value_error"]);
    let nested = json!({"a": {"type": "object", "properties": fields(200)},
        "b": {"type": "object", "properties": fields(200)}});
    assert_eq!(refusals(&nested), ["b.properties value_error"]);

    let deep = |depth| {
        let wrap = |inner, _| json!({"type": "array", "items": inner});
        json!({"a": (1..depth).fold(json!({"type": "array"}), wrap)})
    };
    schema(&deep(8));
    assert_eq!(refusals(&deep(9)), [format!("a{} value_error", ".items".repeat(8))]);

    let large = json!({"a": {"type": "string", "description": "x".repeat(200 * 1024)}});
    assert_eq!(refusals(&large), ["bucket_schema value_error"]);
    let unstorable = json!({"a": {"type": "float", "examples": [1e200]}});
    assert_eq!(refusals(&unstorable), ["a.examples[0] value_error"]);
}

#[test]
fn values_of_the_declared_types_pass_unconverted() {
    let schema = schema(&json!({
        "s": {"type": "string"}, "n": {"type": "number"}, "i": {"type": "integer"},
        "f": {"type": "float", "enum": [1, 2.5]}, "b": {"type": "boolean"}, "o": {"type": "object"},
        "l": {"type": "array"}, "d": {"type": "date"}, "t": {"type": "datetime"},
        "x": {"type": "text"}, "img": {"type": "image", "required": true}, "r": {"type": "string", "required": true},
    }));
    let right = json!({"s": "", "n": 1, "i": u64::MAX, "f": 1.0, "b": false, "o": {"any": []}, "l": [1, "a"],
        "d": "2024-02-29", "t": "2024-02-29T10:00:00", "x": "text", "r": "", "undeclared": {"any": 1}, "img": null});
    assert_eq!(checked(&schema, &right), [""; 0]);
    let wrong = json!({"s": 1, "n": "1", "i": 1.0, "f": 2, "b": "true", "o": [], "l": {}, "d": "2023-02-29",
        "t": "2024-02-29", "x": {"text": "a"}, "img": "https://example.com/a.png", "r": null});
    assert_eq!(
        checked(&schema, &wrong),
        [
            "b bool_type",
            "d date_type",
            "f enum",
            "i int_type",
            "img value_error",
            "l list_type",
            "n float_type",
            "o dict_type",
            "r missing",
            "s string_type",
            "t datetime_type",
            "x string_type"
        ]
    );
    assert_eq!(checked(&schema, &json!({"s": null, "f": null})), [""; 0]);
}

#[test]
fn nested_declarations_are_followed() {
    let schema = schema(&json!({"people": {"type": "array", "items": {"type": "object", "properties": {
        "name": {"type": "string", "required": true}, "age": {"type": "integer"}}}},
        "scores": {"type": "array", "items": {"type": "integer", "required": true}}}));
    let fields =
        json!({"people": [{"name": "a", "other": 1}, {"age": "old"}, null, "b"], "scores": [1, null]});
    assert_eq!(
        checked(&schema, &fields),
        ["people[1].age int_type", "people[1].name missing", "people[3] dict_type", "scores[1] missing"]
    );
}

#[test]
fn a_required_field_is_met_by_a_value_a_default_or_a_blob() {
    let schema = schema(&json!({"title": {"type": "string", "required": true},
        "clip": {"type": "video", "required": true}, "notes": {"type": "text", "required": true},
        "content": {"type": "object", "required": true}, "free": {"type": "string"},
        "lang": {"type": "string", "required": true, "default": "en"}}));
    let missing = |fields: &Value, blobs: &[&str]| {
        let blobs = blobs.iter().copied().collect();
        schema.missing_required(fields.as_object().unwrap(), &blobs).join(" ")
    };
    assert_eq!(missing(&json!({}), &[]), "clip content notes title");
    assert_eq!(missing(&json!({"title": "", "notes": "n"}), &["clip", "content"]), "");
    let nulls = json!({"title": null, "clip": null, "lang": null});
    assert_eq!(missing(&nulls, &["content", "notes"]), "clip lang title");
    let violation = BucketSchema::missing_violation("title", &Path::body());
    assert_eq!(violation.message, "Missing required field 'title'");
}

#[test]
fn defaults_fill_what_is_absent() {
    let schema =
        schema(&json!({"a": {"type": "string", "default": "x"}, "b": {"type": "integer", "default": 0},
        "c": {"type": "boolean", "default": false}, "d": {"type": "string"}}));
    let fields = json!({"a": null, "b": 1});
    let defaults = schema.defaults_for(fields.as_object().unwrap());
    assert_eq!(Value::from(defaults), json!({"c": false}));
}

#[test]
fn blobs_match_their_field() {
    use FieldType::{Array, Image, Object, Pdf, Video};
    let schema = schema(&json!({"content": {"type": "object"}, "thumbnail": {"type": "image"},
        "pages": {"type": "array", "items": {"type": "pdf"}}, "any": {"type": "array"}}));
    let refused = |property: &str, blob_type| {
        let at = Path::body().key("blobs").index(0);
        schema.check_blob(property, blob_type, &at).err().map(|v| (v.location.to_string(), v.message))
    };
    for (property, blob_type) in
        [("content", Object), ("thumbnail", Image), ("pages", Pdf), ("pages", Array), ("any", Video)]
    {
        assert_eq!(refused(property, blob_type), None, "{property}");
    }
    assert_eq!(refused("clip", Video).unwrap().0, "blobs[0].property");
    let (location, message) = refused("pages", Image).unwrap();
    assert_eq!(
        (location.as_str(), message.as_str()),
        ("blobs[0].type", "'pages' is declared as pdf, not image")
    );
    assert!(refused("thumbnail", Video).is_some());
    let many = ["content", "thumbnail", "pages", "any", "none"].map(|p| schema.allows_many(p));
    assert_eq!(many, [false, false, true, true, false]);
}

#[test]
fn an_upload_finds_its_property() {
    let one =
        schema(&json!({"pages": {"type": "array", "items": {"type": "pdf"}}, "sku": {"type": "string"}}));
    assert_eq!(one.only_file_property(), Some("pages"));
    let two =
        schema(&json!({"clip": {"type": "video"}, "notes": {"type": "text"}, "any": {"type": "array"}}));
    assert_eq!(two.only_file_property(), None);
    assert_eq!(two.only_file_property_for("video/mp4"), Some("clip"));
    assert_eq!(two.only_file_property_for("application/octet-stream"), None);
    let fits = |name: &str, essence| two.properties[name].fits_mime(essence);
    assert!(fits("clip", "image/gif") && fits("any", "image/png") && !fits("any", "application/zip"));
    assert!(
        one.properties["pages"].fits_mime("application/pdf")
            && !one.properties["sku"].fits_mime("text/plain")
    );
}
