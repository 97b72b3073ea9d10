//! What a runner does to itself before it waits: session, descriptors, limits, path rules, user.

use std::fs;
use std::io;
use std::os::fd::RawFd;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetStatus, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, setrlimit, setsid};
use rustix::thread::set_no_new_privs;

use crate::enforced::{Enforced, PathRules};
use crate::limits::{Limits, RunAs};
use crate::order::{Cannot, Order, Paths};

/// What programs need to start at all, and to find names, users, times and certificates. Not all of `/etc`: the
/// configuration of the bot may be there.
const READABLE: [&str; 24] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/proc",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/pki",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/timezone",
    "/run/systemd/resolve",
];

/// Devices that hold nothing.
const WRITABLE: [&str; 5] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// Prepares this process, whose own descriptors stay open; returns what holds from now on.
pub(super) fn prepare(order: &Order, own: &[RawFd]) -> Result<Enforced, Cannot> {
    setsid().map_err(|error| Cannot::new("begin a session", &error.into()))?;
    close_inherited(own).map_err(|error| Cannot::new("close what was inherited", &error))?;
    let limits = limit(&order.limits)?;
    if !order.may_gain_privileges {
        let done = set_no_new_privs(true);
        done.map_err(|error| Cannot::new("give up new privileges", &error.into()))?;
    }
    let paths = match &order.paths {
        Some(paths) => restrict(paths, order.may_gain_privileges)?,
        None => PathRules::None,
    };
    if let Some(run_as) = order.run_as {
        become_user(run_as)?;
    }
    Ok(Enforced {
        is_gated: true,
        has_cgroup: false,
        has_no_new_privileges: !order.may_gain_privileges,
        limits,
        paths,
        user: order.run_as.map(|it| it.user),
    })
}

/// The bot opens nothing that outlives an `exec`, but whoever started the bot may have.
fn close_inherited(own: &[RawFd]) -> io::Result<()> {
    let listed = fs::read_dir("/proc/self/fd")?;
    let numbers: Vec<i32> = listed
        .flatten()
        .filter_map(|it| it.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2 && !own.contains(number))
        .collect();
    for number in numbers {
        // The list itself was one of them, and is closed already.
        let _ = nix::unistd::close(number);
    }
    Ok(())
}

fn limit(limits: &Limits) -> Result<Vec<String>, Cannot> {
    // The kernel ends a process at the limit with a signal that it may catch, a second later with one that it may not.
    let cpu_time = limits.cpu_time.map(|it| it.as_secs().max(1));
    let wanted = [
        (Resource::Core, "core files", Some(0)),
        (Resource::Nofile, "open files", limits.open_files),
        (Resource::Fsize, "file size", limits.file_size),
        (Resource::As, "memory", limits.memory),
        (Resource::Cpu, "computing time", cpu_time),
        (Resource::Nproc, "processes", limits.processes),
    ];
    let mut done = Vec::new();
    for (resource, name, value) in wanted {
        let Some(value) = value else { continue };
        let hard = match resource {
            Resource::Cpu => value.saturating_add(1),
            _ => value,
        };
        let limit = Rlimit {
            current: Some(value),
            maximum: Some(hard),
        };
        setrlimit(resource, limit)
            .map_err(|error| Cannot::new(&format!("limit {name} to {value}"), &error.into()))?;
        done.push(name.to_owned());
    }
    Ok(done)
}

/// Lets the program use nothing but these paths, as far as the kernel can tell.
fn restrict(paths: &Paths, may_gain_privileges: bool) -> Result<PathRules, Cannot> {
    let cannot = |error: &dyn std::error::Error| {
        let code = error.source().and_then(|it| it.downcast_ref::<io::Error>());
        let code = code.and_then(io::Error::raw_os_error).unwrap_or_default();
        Cannot {
            step: "restrict the paths".to_owned(),
            code,
        }
    };
    let abi = ABI::V5;
    let (reading, everything) = (AccessFs::from_read(abi), AccessFs::from_all(abi));
    let readable = READABLE
        .map(PathBuf::from)
        .into_iter()
        .chain(paths.readable.clone());
    let writable = WRITABLE
        .map(PathBuf::from)
        .into_iter()
        .chain(paths.writable.clone());
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(everything)
        .and_then(Ruleset::create)
        .and_then(|it| it.add_rules(path_beneath_rules(readable, reading)))
        .and_then(|it| it.add_rules(path_beneath_rules(writable, everything)))
        .map(|it| it.no_new_privs(!may_gain_privileges))
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(|error| cannot(&error))?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => PathRules::Fully,
        RulesetStatus::PartiallyEnforced => PathRules::Partly,
        RulesetStatus::NotEnforced => PathRules::NotEnforced,
    })
}

fn become_user(run_as: RunAs) -> Result<(), Cannot> {
    let user = nix::unistd::Uid::from_raw(run_as.user);
    let group = nix::unistd::Gid::from_raw(run_as.group);
    nix::unistd::setgroups(&[group])
        .and_then(|()| nix::unistd::setresgid(group, group, group))
        .and_then(|()| nix::unistd::setresuid(user, user, user))
        .map_err(|error| {
            Cannot::new(
                &format!("switch to the user {}", run_as.user),
                &error.into(),
            )
        })
}
