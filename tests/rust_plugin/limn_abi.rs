//! What of limn/abi.h a provider of contract 1.0 needs. Names and order are those of the header; structs that only the host makes
//! end with the last member that is read here.

use std::ffi::c_void;

pub type limn_status = i32;
pub const LIMN_OK: limn_status = 0;
pub const LIMN_INVALID_REQUEST: limn_status = 9;
pub const LIMN_OUTCOME_UNKNOWN: limn_status = 14;
pub const LIMN_NO_IMAGE: limn_status = 15;
pub const LIMN_INTERNAL: limn_status = 19;

pub const LIMN_CAN_GENERATE: u64 = 1;
pub const LIMN_PART_TEXT: u32 = 0;
pub const LIMN_BODY_CONCATENATED: u32 = 0;
pub const LIMN_REQUEST_BILLABLE: u32 = 1;
pub const LIMN_EVENT_MESSAGE: u32 = 1;
pub const LIMN_EVENT_END: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct limn_str {
    pub data: *const u8,
    pub size: usize,
}

#[repr(C)]
pub struct limn_kv {
    pub key: limn_str,
    pub value: limn_str,
}

#[repr(C)]
pub struct limn_error {
    pub struct_size: u32,
    pub status: limn_status,
    pub message: limn_str,
    pub hint: limn_str,
    pub code: limn_str,
    pub param: limn_str,
    pub retry_after_ms: i64,
}

#[repr(C)]
pub struct limn_error_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub context: *mut c_void,
    pub report: unsafe extern "C" fn(context: *mut c_void, error: *const limn_error),
}

#[repr(C)]
pub struct limn_host {
    pub struct_size: u32,
    pub abi_minor: u32,
    pub version: limn_str,
    pub context: *mut c_void,
    pub get_service: unsafe extern "C" fn(host: *const limn_host, id: limn_str) -> *const c_void,
}

#[repr(C)]
pub struct limn_answer {
    pub struct_size: u32,
    pub http_status: u32,
    pub headers: *const limn_kv,
    pub header_count: usize,
    pub content: limn_str,
}

#[repr(C)]
pub struct limn_classify_v1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub context: *mut c_void,
    pub classify: unsafe extern "C" fn(
        context: *mut c_void,
        answer: *const limn_answer,
        errors: *const limn_error_sink,
    ) -> limn_status,
}

#[repr(C)]
pub struct limn_settings {
    pub struct_size: u32,
    pub reserved: u32,
    pub items: *const limn_kv,
    pub item_count: usize,
}

#[repr(C)]
pub struct limn_component {
    pub struct_size: u32,
    pub flags: u32,
    pub kind: limn_str,
    pub id: limn_str,
    pub display_name: limn_str,
    pub summary: limn_str,
    pub create: unsafe extern "C" fn(
        host: *const limn_host,
        settings: *const limn_settings,
        instance: *mut *mut c_void,
        errors: *const limn_error_sink,
    ) -> limn_status,
    pub destroy: unsafe extern "C" fn(instance: *mut c_void),
    pub functions: *const limn_provider_v1,
}

#[repr(C)]
pub struct limn_entry {
    pub struct_size: u32,
    pub abi_minor: u32,
    pub min_host_minor: u32,
    pub reserved: u32,
    pub name: limn_str,
    pub version: limn_str,
    pub vendor: limn_str,
    pub build_info: limn_str,
    pub component_count: extern "C" fn() -> u32,
    pub component_at: extern "C" fn(index: u32) -> *const limn_component,
}

#[repr(C)]
pub struct limn_capabilities {
    pub struct_size: u32,
    pub max_count: u32,
    pub flags: u64,
}

#[repr(C)]
pub struct limn_job {
    pub struct_size: u32,
    pub count: i32,
    pub prompt: limn_str,
    pub size: limn_str,
}

#[repr(C)]
pub struct limn_gateway {
    pub struct_size: u32,
    pub reserved: u32,
    pub name: limn_str,
    pub base_url: limn_str,
    pub model: limn_str,
}

#[repr(C)]
pub struct limn_part {
    pub struct_size: u32,
    pub kind: u32,
    pub text: limn_str,
    pub input: u32,
    pub reserved: u32,
    pub name: limn_str,
    pub filename: limn_str,
    pub media_type: limn_str,
}

#[repr(C)]
pub struct limn_request {
    pub struct_size: u32,
    pub flags: u32,
    pub method: limn_str,
    pub path: limn_str,
    pub headers: *const limn_kv,
    pub header_count: usize,
    pub body: u32,
    pub reserved: u32,
    pub parts: *const *const limn_part,
    pub part_count: usize,
}

#[repr(C)]
pub struct limn_step_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub context: *mut c_void,
    pub send: unsafe extern "C" fn(context: *mut c_void, request: *const limn_request),
    pub wait: unsafe extern "C" fn(context: *mut c_void, milliseconds: i64),
    pub finish: unsafe extern "C" fn(context: *mut c_void),
}

#[repr(C)]
pub struct limn_event {
    pub struct_size: u32,
    pub kind: u32,
    pub http_status: u32,
    pub format: u32,
    pub headers: *const limn_kv,
    pub header_count: usize,
    pub content: limn_str,
    pub event_name: limn_str,
}

#[repr(C)]
pub struct limn_image {
    pub struct_size: u32,
    pub reserved: u32,
    pub content: limn_str,
    pub revised_prompt: limn_str,
}

#[repr(C)]
pub struct limn_result_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub context: *mut c_void,
    pub image: unsafe extern "C" fn(context: *mut c_void, image: *const limn_image),
}

#[repr(C)]
pub struct limn_provider_v1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub describe: unsafe extern "C" fn(instance: *mut c_void, capabilities: *mut limn_capabilities),
    pub open: unsafe extern "C" fn(
        instance: *mut c_void,
        job: *const limn_job,
        gateway: *const limn_gateway,
        dialogue: *mut *mut c_void,
        errors: *const limn_error_sink,
    ) -> limn_status,
    pub next: unsafe extern "C" fn(
        dialogue: *mut c_void,
        step: *const limn_step_sink,
        errors: *const limn_error_sink,
    ) -> limn_status,
    pub receive: unsafe extern "C" fn(
        dialogue: *mut c_void,
        event: *const limn_event,
        results: *const limn_result_sink,
        errors: *const limn_error_sink,
    ) -> limn_status,
    pub close: unsafe extern "C" fn(dialogue: *mut c_void),
}
