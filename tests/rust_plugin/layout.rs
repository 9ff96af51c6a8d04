//! That the structs of limn_abi.rs lie as limn/abi.h has them: asserts where each member is, and prints it, for the test that asks
//! a C compiler the same. Built as a program: `rustc --edition 2021 layout.rs`.
#![allow(dead_code, non_camel_case_types)]

mod limn_abi;

use limn_abi::*;
use std::mem::{size_of, MaybeUninit};
use std::ptr::addr_of;

fn size_behind<T>(_: *const T) -> usize {
    size_of::<T>()
}

macro_rules! layout {
    ($name:ident: $($member:ident $offset:literal),*) => {
        let value = MaybeUninit::<$name>::uninit();
        let start = value.as_ptr();
        println!("sizeof {} {}", stringify!($name), size_of::<$name>());
        $(
            let member = unsafe { addr_of!((*start).$member) };
            let offset = member as usize - start as usize;
            assert_eq!(offset, $offset, "{}.{}", stringify!($name), stringify!($member));
            println!("member {} {} {} {}", stringify!($name), stringify!($member), offset, size_behind(member));
        )*
    };
}

macro_rules! constants {
    ($($name:ident)*) => {
        $(println!("constant {} {}", stringify!($name), $name);)*
    };
}

fn main() {
    layout!(limn_str: data 0, size 8);
    layout!(limn_kv: key 0, value 16);
    layout!(limn_error: struct_size 0, status 4, message 8, hint 24, code 40, param 56, retry_after_ms 72);
    layout!(limn_error_sink: struct_size 0, reserved 4, context 8, report 16);
    layout!(limn_host: struct_size 0, abi_minor 4, version 8, context 24, get_service 32);
    layout!(limn_answer: struct_size 0, http_status 4, headers 8, header_count 16, content 24);
    layout!(limn_classify_v1: struct_size 0, reserved 4, context 8, classify 16);
    layout!(limn_settings: struct_size 0, reserved 4, items 8, item_count 16);
    layout!(limn_component: struct_size 0, flags 4, kind 8, id 24, display_name 40, summary 56, create 72, destroy 80,
        functions 88);
    layout!(limn_entry: struct_size 0, abi_minor 4, min_host_minor 8, reserved 12, name 16, version 32, vendor 48,
        build_info 64, component_count 80, component_at 88);
    layout!(limn_capabilities: struct_size 0, max_count 4, flags 8);
    layout!(limn_job: struct_size 0, count 4, prompt 8, size 24);
    layout!(limn_gateway: struct_size 0, reserved 4, name 8, base_url 24, model 40);
    layout!(limn_part: struct_size 0, kind 4, text 8, input 24, reserved 28, name 32, filename 48, media_type 64);
    layout!(limn_request: struct_size 0, flags 4, method 8, path 24, headers 40, header_count 48, body 56, reserved 60,
        parts 64, part_count 72);
    layout!(limn_step_sink: struct_size 0, reserved 4, context 8, send 16, wait 24, finish 32);
    layout!(limn_event: struct_size 0, kind 4, http_status 8, format 12, headers 16, header_count 24, content 32, event_name 48);
    layout!(limn_image: struct_size 0, reserved 4, content 8, revised_prompt 24);
    layout!(limn_result_sink: struct_size 0, reserved 4, context 8, image 16);
    layout!(limn_provider_v1: struct_size 0, reserved 4, describe 8, open 16, next 24, receive 32, close 40);
    constants!(LIMN_OK LIMN_INVALID_REQUEST LIMN_OUTCOME_UNKNOWN LIMN_NO_IMAGE LIMN_INTERNAL LIMN_CAN_GENERATE LIMN_PART_TEXT
        LIMN_BODY_CONCATENATED LIMN_REQUEST_BILLABLE LIMN_EVENT_MESSAGE LIMN_EVENT_END);
}
