"""Numbers of system calls on x86_64 and aarch64, in groups by what they are for.

Each entry is `name:x86_64:aarch64`, with nothing where a machine lacks the call. The numbers are
those of Linux's `asm/unistd_64.h` and `asm-generic/unistd.h`; they never change, and a test
compares them with the headers of the machine it runs on.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.errors import IsolationUnavailable

Group = Mapping[str, tuple[int | None, int | None]]


@dataclass(frozen=True)
class Architecture:
    """What differs between machines; `column` is the place of its numbers in an entry."""

    name: str
    column: int
    #: AUDIT_ARCH_*: what the kernel says a call was made as
    audit: int
    #: from this bit on numbers belong to x32, a second way to call on x86_64; 0 elsewhere
    foreign: int


X86_64 = Architecture("x86_64", 0, 0xC000003E, 0x40000000)
AARCH64 = Architecture("aarch64", 1, 0xC00000B7, 0)
ARCHITECTURES = {a.name: a for a in (X86_64, AARCH64)}

#: the newest call known here; what is newer answers ENOSYS, so that libraries fall back
NEWEST = 450


def here() -> Architecture:
    """This machine's; IsolationUnavailable when its numbers are not known."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise IsolationUnavailable(
            f"System calls of {machine} are not known; {' and '.join(ARCHITECTURES)} are."
        )
    return ARCHITECTURES[machine]


def numbers(group: Group, architecture: Architecture) -> dict[str, int]:
    """The calls of a group that the machine has."""
    found = {name: entry[architecture.column] for name, entry in group.items()}
    return {name: number for name, number in found.items() if number is not None}


def _group(entries: str) -> Group:
    split = (entry.split(":") for entry in entries.split())
    return {name: (_number(a), _number(b)) for name, a, b in split}


def _number(text: str) -> int | None:
    return int(text) if text else None


#: open descriptors, and looking at and reading what can be seen
FILES = _group("""
    read:0:63 write:1:64 readv:19:65 writev:20:66 pread64:17:67 pwrite64:18:68 preadv:295:69
    pwritev:296:70 preadv2:327:286 pwritev2:328:287 close:3:57 close_range:436:436 dup:32:23
    dup2:33: dup3:292:24 pipe:22: pipe2:293:59 fcntl:72:25 lseek:8:62 ioctl:16:29 poll:7:
    ppoll:271:73 select:23: pselect6:270:72 epoll_create:213: epoll_create1:291:20
    epoll_ctl:233:21 epoll_wait:232: epoll_pwait:281:22 epoll_pwait2:441:441 eventfd2:290:19
    open:2: openat:257:56 creat:85: stat:4: fstat:5:80 lstat:6: newfstatat:262:79
    statx:332:291 statfs:137:43 fstatfs:138:44 access:21: faccessat:269:48 faccessat2:439:439
    readlink:89: readlinkat:267:78 getdents:78: getdents64:217:61 getcwd:79:17 chdir:80:49
    fchdir:81:50 umask:95:166 ftruncate:77:46 fallocate:285:47 fsync:74:82 fdatasync:75:83
    fadvise64:221:223
""")

#: changing what lies in folders: where scratch memory is the only place to write
CHANGING = _group("""
    truncate:76:45 mkdir:83: mkdirat:258:34 rmdir:84: unlink:87: unlinkat:263:35 rename:82:
    renameat:264:38 renameat2:316:276 chmod:90: fchmod:91:52 fchmodat:268:53 utime:132:
    utimes:235: futimesat:261: utimensat:280:88
""")

#: the process's own memory
MEMORY = _group("""
    mmap:9:222 mprotect:10:226 munmap:11:215 mremap:25:216 madvise:28:233 msync:26:227
    brk:12:214 membarrier:324:283
""")

#: signals of the process to itself
SIGNALS = _group("""
    rt_sigaction:13:134 rt_sigprocmask:14:135 rt_sigreturn:15:139 rt_sigpending:127:136
    rt_sigsuspend:130:133 rt_sigtimedwait:128:137 sigaltstack:131:132 restart_syscall:219:128
    pause:34: kill:62:129 tgkill:234:131
""")

#: threads and waiting
THREADS = _group("""
    clone:56:220 clone3:435:435 exit:60:93 exit_group:231:94 futex:202:98 futex_waitv:449:449
    set_robust_list:273:99 set_tid_address:218:96 rseq:334:293 arch_prctl:158:
    sched_yield:24:124 sched_getaffinity:204:123 sched_getparam:143:121
    sched_getscheduler:145:120 sched_get_priority_max:146:125 sched_get_priority_min:147:126
    getpriority:140:141 wait4:61:260 waitid:247:95 prctl:157:167
""")

#: who and where the process is
IDENTITY = _group("""
    getpid:39:172 getppid:110:173 gettid:186:178 getuid:102:174 geteuid:107:175 getgid:104:176
    getegid:108:177 getresuid:118:148 getresgid:120:150 getgroups:115:158 getpgrp:111:
    getpgid:121:155 getsid:124:156 uname:63:160 sysinfo:99:179 getrusage:98:165
    getrlimit:97:163 prlimit64:302:261 getcpu:309:168 getrandom:318:278
""")

#: clocks and timers
TIME = _group("""
    time:201: times:100:153 gettimeofday:96:169 clock_gettime:228:113 clock_getres:229:114
    nanosleep:35:101 clock_nanosleep:230:115 alarm:37: getitimer:36:102 setitimer:38:103
    timer_create:222:107 timer_settime:223:110 timer_gettime:224:108 timer_getoverrun:225:109
    timer_delete:226:111 timerfd_create:283:85 timerfd_settime:286:86 timerfd_gettime:287:87
""")

#: speaking over the one socket that was given
TALKING = _group("""
    sendto:44:206 recvfrom:45:207 sendmsg:46:211 recvmsg:47:212 shutdown:48:210
    getsockname:51:204 getpeername:52:205 getsockopt:55:209
""")

#: what the start needs and a model does not
STARTING = _group("""
    execve:59:221 setrlimit:160:164 seccomp:317:277 landlock_create_ruleset:444:444
    landlock_add_rule:445:445 landlock_restrict_self:446:446
""")

#: answered `not supported`, for which every caller is prepared
ATTRIBUTES = _group("""
    getxattr:191:8 lgetxattr:192:9 fgetxattr:193:10 listxattr:194:11 llistxattr:195:12
    flistxattr:196:13
""")

#: in none of the lists: named so that tests can show that they are refused
DENIED = _group("""
    execveat:322:281 fork:57: vfork:58: ptrace:101:117 process_vm_readv:310:270
    process_vm_writev:311:271 process_madvise:440:440 kcmp:312:272 pidfd_open:434:434
    pidfd_getfd:438:438 pidfd_send_signal:424:424 tkill:200:130 rt_sigqueueinfo:129:138
    rt_tgsigqueueinfo:297:240 mount:165:40 umount2:166:39 pivot_root:155:41 chroot:161:51
    unshare:272:97 setns:308:268 open_tree:428:428 move_mount:429:429 fsopen:430:430
    fsconfig:431:431 fsmount:432:432 fspick:433:433 mount_setattr:442:442 openat2:437:437
    open_by_handle_at:304:265 name_to_handle_at:303:264 socket:41:198 socketpair:53:199
    bind:49:200 connect:42:203 listen:50:201 accept:43:202 accept4:288:242 setsockopt:54:208
    sendmmsg:307:269 recvmmsg:299:243 io_uring_setup:425:425 io_uring_enter:426:426
    io_uring_register:427:427 io_setup:206:0 io_submit:209:2 keyctl:250:219 add_key:248:217
    request_key:249:218 bpf:321:280 perf_event_open:298:241 userfaultfd:323:282
    fanotify_init:300:262 inotify_init:253: inotify_init1:294:26 memfd_create:319:279
    memfd_secret:447:447 shmget:29:194 shmat:30:196 msgget:68:186 semget:64:190
    mq_open:240:180 kexec_load:246:104 kexec_file_load:320:294 init_module:175:105
    finit_module:313:273 delete_module:176:106 personality:135:92 modify_ldt:154: iopl:172:
    ioperm:173: syslog:103:116 reboot:169:142 swapon:167:224 swapoff:168:225 acct:163:89
    quotactl:179:60 setuid:105:146 setgid:106:144 setreuid:113:145 setregid:114:143
    setresuid:117:147 setresgid:119:149 setgroups:116:159 setfsuid:122:151 setfsgid:123:152
    capset:126:91 setsid:112:157 setpgid:109:154 setpriority:141:140 ioprio_set:251:30
    sched_setaffinity:203:122 sched_setscheduler:144:119 sched_setparam:142:118
    sched_setattr:314:274 mknod:133: mknodat:259:33 link:86: linkat:265:37 symlink:88:
    symlinkat:266:36 chown:92: fchown:93:55 lchown:94: fchownat:260:54 setxattr:188:5
    lsetxattr:189:6 fsetxattr:190:7 removexattr:197:14 lremovexattr:198:15 fremovexattr:199:16
    settimeofday:164:170 clock_settime:227:112 clock_adjtime:305:266 adjtimex:159:171
    sethostname:170:161 setdomainname:171:162 vhangup:153:58 lookup_dcookie:212:18
    splice:275:76 tee:276:77 vmsplice:278:75 sendfile:40:71 copy_file_range:326:285
    mlock:149:228 mlock2:325:284 mlockall:151:230 munlock:150:229 munlockall:152:231
    migrate_pages:256:238 move_pages:279:239 mbind:237:235 set_mempolicy:238:237
    mincore:27:232 flock:73:32 readahead:187:213
""")

GROUPS = (
    FILES,
    CHANGING,
    MEMORY,
    SIGNALS,
    THREADS,
    IDENTITY,
    TIME,
    TALKING,
    STARTING,
    ATTRIBUTES,
    DENIED,
)
ALL: Group = {name: entry for group in GROUPS for name, entry in group.items()}
