//! A provider in Rust, written against limn/abi.h alone: POSTs to /images/generations, and finds the image in the answer by
//! searching for "b64_json". No crate is needed:
//!
//! rustc --edition 2021 -O --crate-type cdylib provider.rs -o rust.so
//!
//! Nothing may unwind into the host, so each function is run by `guarded`. And where memory is out, `Box::new` and `push` end the
//! process; `try_reserve` and `make` end the call.

#[allow(non_camel_case_types)]
mod limn_abi;

use limn_abi::*;
use std::alloc::{alloc, Layout};
use std::ffi::c_void;
use std::mem::size_of;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;

const EMPTY: limn_str = limn_str { data: ptr::null(), size: 0 };

const fn literal(text: &'static str) -> limn_str {
    limn_str { data: text.as_ptr(), size: text.len() }
}

/// Borrowed for the call that it came with.
unsafe fn bytes<'a>(text: limn_str) -> &'a [u8] {
    if text.size == 0 {
        return &[]; // its data may be NULL
    }
    std::slice::from_raw_parts(text.data, text.size)
}

// ---- Failures

enum Failure {
    New(limn_status, &'static str),
    /// The classifier has told the host.
    Reported(limn_status),
}

const OUT_OF_MEMORY: Failure = Failure::New(LIMN_INTERNAL, "out of memory");

unsafe fn guarded(
    errors: *const limn_error_sink,
    body: impl FnOnce() -> Result<(), Failure>,
) -> limn_status {
    let (status, message) = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return LIMN_OK,
        Ok(Err(Failure::Reported(status))) => return status,
        Ok(Err(Failure::New(status, message))) => (status, message),
        Err(_) => (LIMN_INTERNAL, "a panic"),
    };
    let error = limn_error {
        struct_size: size_of::<limn_error>() as u32,
        status,
        message: literal(message),
        hint: EMPTY,
        code: EMPTY,
        param: EMPTY,
        retry_after_ms: -1,
    };
    ((*errors).report)((*errors).context, &error);
    status
}

/// As Box::new, which has no way to say that there is no memory. Box::from_raw takes it back.
unsafe fn make<T>(value: T) -> Result<*mut c_void, Failure> {
    let place = alloc(Layout::new::<T>()) as *mut T;
    if place.is_null() {
        return Err(OUT_OF_MEMORY);
    }
    place.write(value);
    Ok(place as *mut c_void)
}

// ---- The body of the request

fn append(body: &mut Vec<u8>, more: &[u8]) -> Result<(), Failure> {
    body.try_reserve(more.len()).map_err(|_| OUT_OF_MEMORY)?;
    body.extend_from_slice(more);
    Ok(())
}

fn append_member(body: &mut Vec<u8>, name: &str, value: &[u8]) -> Result<(), Failure> {
    if value.is_empty() {
        return Ok(()); // was not asked for
    }
    append(body, if body.is_empty() { b"{\"" } else { b",\"" })?;
    append(body, name.as_bytes())?;
    append(body, b"\":\"")?;
    for &byte in value {
        match byte {
            b'"' | b'\\' => append(body, &[b'\\', byte])?,
            0..=0x1f => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let code = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                append(body, b"\\u00")?;
                append(body, &code)?;
            }
            _ => append(body, &[byte])?,
        }
    }
    append(body, b"\"")
}

// ---- The provider

struct Provider {
    classifier: *const limn_classify_v1, // may be NULL
}

struct Dialogue {
    classifier: *const limn_classify_v1,
    body: Vec<u8>,
    is_sent: bool,
    image_count: usize,
}

unsafe extern "C" fn create(
    host: *const limn_host,
    _settings: *const limn_settings,
    instance: *mut *mut c_void,
    errors: *const limn_error_sink,
) -> limn_status {
    guarded(errors, || {
        let classifier = ((*host).get_service)(host, literal("limn.classify/1"));
        *instance = make(Provider { classifier: classifier.cast() })?;
        Ok(())
    })
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    drop(Box::from_raw(instance as *mut Provider));
}

unsafe extern "C" fn describe(_instance: *mut c_void, capabilities: *mut limn_capabilities) {
    (*capabilities).flags = LIMN_CAN_GENERATE;
    (*capabilities).max_count = 1;
}

unsafe extern "C" fn open(
    instance: *mut c_void,
    job: *const limn_job,
    gateway: *const limn_gateway,
    dialogue: *mut *mut c_void,
    errors: *const limn_error_sink,
) -> limn_status {
    guarded(errors, || {
        let mut body = Vec::new();
        append_member(&mut body, "model", bytes((*gateway).model))?;
        append_member(&mut body, "prompt", bytes((*job).prompt))?;
        append_member(&mut body, "size", bytes((*job).size))?;
        append(&mut body, b"}")?;
        let classifier = (*(instance as *const Provider)).classifier;
        *dialogue = make(Dialogue { classifier, body, is_sent: false, image_count: 0 })?;
        Ok(())
    })
}

unsafe extern "C" fn close(dialogue: *mut c_void) {
    drop(Box::from_raw(dialogue as *mut Dialogue));
}

unsafe extern "C" fn next(
    dialogue: *mut c_void,
    step: *const limn_step_sink,
    errors: *const limn_error_sink,
) -> limn_status {
    guarded(errors, || {
        let dialogue = &mut *(dialogue as *mut Dialogue);
        if dialogue.is_sent {
            ((*step).finish)((*step).context);
            return Ok(());
        }
        dialogue.is_sent = true;
        let header = limn_kv { key: literal("Content-Type"), value: literal("application/json") };
        let part = limn_part {
            struct_size: size_of::<limn_part>() as u32,
            kind: LIMN_PART_TEXT,
            text: limn_str { data: dialogue.body.as_ptr(), size: dialogue.body.len() },
            input: 0,
            reserved: 0,
            name: EMPTY,
            filename: EMPTY,
            media_type: EMPTY,
        };
        let parts: [*const limn_part; 1] = [&part];
        let request = limn_request {
            struct_size: size_of::<limn_request>() as u32,
            flags: LIMN_REQUEST_BILLABLE,
            method: literal("POST"),
            path: literal("/images/generations"),
            headers: &header,
            header_count: 1,
            body: LIMN_BODY_CONCATENATED,
            reserved: 0,
            parts: parts.as_ptr(),
            part_count: 1,
        };
        ((*step).send)((*step).context, &request);
        Ok(())
    })
}

/// What stands behind the first `needle`.
fn after<'a>(text: &'a [u8], needle: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(needle.len()).position(|window| window == needle)?;
    Some(&text[at + needle.len()..])
}

fn behind_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
    &text[blanks..]
}

/// The string that is the value of a member, from behind its name on.
fn string_value(text: &[u8]) -> Option<&[u8]> {
    let value = behind_blanks(behind_blanks(text).strip_prefix(b":")?).strip_prefix(b"\"")?;
    let size = value.iter().position(|&byte| byte == b'"')?;
    Some(&value[..size])
}

unsafe fn find_images(dialogue: &mut Dialogue, content: &[u8], results: *const limn_result_sink) {
    let mut rest = content;
    while let Some(behind) = after(rest, b"\"b64_json\"") {
        if let Some(value) = string_value(behind).filter(|value| !value.is_empty()) {
            let image = limn_image {
                struct_size: size_of::<limn_image>() as u32,
                reserved: 0,
                content: limn_str { data: value.as_ptr(), size: value.len() },
                revised_prompt: EMPTY,
            };
            ((*results).image)((*results).context, &image);
            dialogue.image_count += 1;
        }
        rest = behind;
    }
}

unsafe fn judge(
    dialogue: &Dialogue,
    event: &limn_event,
    errors: *const limn_error_sink,
) -> Result<(), Failure> {
    if dialogue.classifier.is_null() {
        return match event.http_status {
            0..=399 => Ok(()),
            400..=499 => Err(Failure::New(LIMN_INVALID_REQUEST, "the gateway refused the request")),
            _ => Err(Failure::New(LIMN_OUTCOME_UNKNOWN, "the gateway failed")),
        };
    }
    let classifier = &*dialogue.classifier;
    let answer = limn_answer {
        struct_size: size_of::<limn_answer>() as u32,
        http_status: event.http_status,
        headers: event.headers,
        header_count: event.header_count,
        content: event.content,
    };
    match (classifier.classify)(classifier.context, &answer, errors) {
        LIMN_OK => Ok(()),
        status => Err(Failure::Reported(status)),
    }
}

unsafe extern "C" fn receive(
    dialogue: *mut c_void,
    event: *const limn_event,
    results: *const limn_result_sink,
    errors: *const limn_error_sink,
) -> limn_status {
    guarded(errors, || {
        let dialogue = &mut *(dialogue as *mut Dialogue);
        let event = &*event;
        if event.kind == LIMN_EVENT_MESSAGE {
            judge(dialogue, event, errors)?;
            find_images(dialogue, bytes(event.content), results);
        }
        if event.kind == LIMN_EVENT_END && dialogue.image_count == 0 {
            return Err(Failure::New(LIMN_NO_IMAGE, "the answer holds no image"));
        }
        Ok(())
    })
}

// ---- The entry

/// What the library says of itself: constants, and pointers to such.
struct Shared<T>(T);
unsafe impl<T> Sync for Shared<T> {}

static FUNCTIONS: limn_provider_v1 = limn_provider_v1 {
    struct_size: size_of::<limn_provider_v1>() as u32,
    reserved: 0,
    describe,
    open,
    next,
    receive,
    close,
};

static COMPONENT: Shared<limn_component> = Shared(limn_component {
    struct_size: size_of::<limn_component>() as u32,
    flags: 0,
    kind: literal("limn.provider/1"),
    id: literal("test_rust"),
    display_name: literal("Test in Rust"),
    summary: literal("The Images API, by plain string search"),
    create,
    destroy,
    functions: &FUNCTIONS,
});

extern "C" fn component_count() -> u32 {
    1
}

extern "C" fn component_at(index: u32) -> *const limn_component {
    if index == 0 {
        &COMPONENT.0
    } else {
        ptr::null()
    }
}

unsafe impl Sync for limn_entry {}

#[no_mangle]
#[allow(non_upper_case_globals)]
pub static limn_entry_v1: limn_entry = limn_entry {
    struct_size: size_of::<limn_entry>() as u32,
    abi_minor: 0,
    min_host_minor: 0,
    reserved: 0,
    name: literal("test_rust"),
    version: literal("1.0.0"),
    vendor: literal("limn's tests"),
    build_info: literal("Rust"),
    component_count,
    component_at,
};
