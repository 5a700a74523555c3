//! Corrects the schemas where `utoipa` cannot describe a type.

use utoipa::{
    Modify,
    openapi::{
        OpenApi, Ref, RefOr, Schema,
        schema::{AdditionalProperties, ArrayItems, SchemaType, Type},
    },
};

/// Makes pages refer to the schemas of their items, which `utoipa` writes out in each page.
pub(super) struct Pages;

impl Modify for Pages {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = &mut document.components else { return };
        for (name, schema) in &mut components.schemas {
            let Some(of) = name.strip_prefix("Page_") else { continue };
            if let RefOr::T(Schema::Object(page)) = schema
                && let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items")
            {
                let item = RefOr::Ref(Ref::from_schema_name(of));
                items.items = ArrayItems::RefOrSchema(Box::new(item));
            }
        }
    }
}

/// Takes null out of fields that may be left out of an answer. In an answer, null stands for what
/// is not known; a field that does not apply is left out, and is never null. `utoipa` cannot tell
/// the two apart.
pub(super) struct NeverNull;

impl Modify for NeverNull {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = &mut document.components else { return };
        for schema in components.schemas.values_mut() {
            let RefOr::T(Schema::Object(object)) = schema else { continue };
            // Only what the API takes is closed to other fields.
            let closed = Some(&AdditionalProperties::FreeForm(false));
            if object.additional_properties.as_deref() == closed {
                continue;
            }
            for (name, property) in &mut object.properties {
                if !object.required.contains(name) {
                    without_null(property);
                }
            }
        }
    }
}

fn without_null(property: &mut RefOr<Schema>) {
    let is_null = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(object)) => object.schema_type == Type::Null.into(),
        _ => false,
    };
    let types = match property {
        RefOr::T(Schema::Object(object)) => &mut object.schema_type,
        RefOr::T(Schema::Array(array)) => &mut array.schema_type,
        RefOr::T(Schema::OneOf(one_of)) => {
            one_of.items.retain(|item| !is_null(item));
            if one_of.items.len() == 1
                && let Some(only) = one_of.items.pop()
            {
                *property = only;
            }
            return;
        }
        _ => return,
    };
    if let SchemaType::Array(several) = types {
        several.retain(|one| *one != Type::Null);
        if let [one] = &several[..] {
            *types = one.clone().into();
        }
    }
}
