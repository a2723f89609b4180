/* A disk that fails, for tests: preloaded into a child (LD_PRELOAD), it stands between the program
 * and the C library for every file below LINLI_DISK_ROOT.
 *
 * With LINLI_DISK_TRACE it writes down, in order, every write with its bytes, truncation, sync and
 * change of a name; the test makes from that what a disk could hold after a power cut at any moment.
 * With LINLI_DISK_FAIL it fails: "enospc:N:M" lets operations N … N+M-1 that need room fail (the first
 * of them after half of its bytes), "eio:N:M" any operations, reads and syncs too. With M = 0 for ever.
 * The count of operations is written to LINLI_DISK_COUNT at the end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NONE = 0, FILE_OF_OURS = 1, ACKS = 2, FOLDER = 3, MOST = 65536 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char kind[MOST];
static char root[PATH_MAX], acks[PATH_MAX];
static size_t root_length;
static int trace = -1;
static int fail_errno = 0;
static long fail_from = 0, fail_most = 0, operations = 0;

#define REAL(name) \
    static __typeof__(name) *real_##name; \
    if (!real_##name) real_##name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("LINLI_DISK_ROOT");
    if (!text) return;
    snprintf(root, sizeof root, "%s", text);
    root_length = strlen(root);
    if ((text = getenv("LINLI_DISK_ACKS"))) snprintf(acks, sizeof acks, "%s", text);
    if ((text = getenv("LINLI_DISK_TRACE")))
        trace = (int)syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if ((text = getenv("LINLI_DISK_FAIL"))) {
        char name[16] = "";
        if (sscanf(text, "%15[a-z]:%ld:%ld", name, &fail_from, &fail_most) >= 2)
            fail_errno = strcmp(name, "enospc") == 0 ? ENOSPC : EIO;
    }
}

__attribute__((destructor)) static void end(void) {
    const char *text = getenv("LINLI_DISK_COUNT");
    if (!text) return;
    char line[32];
    int length = snprintf(line, sizeof line, "%ld\n", operations);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0) {
        syscall(SYS_write, fd, line, (size_t)length);
        syscall(SYS_close, fd);
    }
}

static int ours(const char *path) {
    if (!root_length || !path) return NONE;
    if (acks[0] && strcmp(path, acks) == 0) return ACKS;
    if (strncmp(path, root, root_length) != 0) return NONE;
    char next = path[root_length];
    return next == '/' || next == 0 ? FILE_OF_OURS : NONE;
}

static int kind_of(int fd) { return fd >= 0 && fd < MOST ? kind[fd] : NONE; }

/* One record: operation, descriptor, offset, length, bytes. The lock is held. */
static void note(char operation, int fd, uint64_t at, const void *bytes, uint32_t length) {
    if (trace < 0) return;
    char head[17];
    uint32_t number = (uint32_t)fd;
    head[0] = operation;
    memcpy(head + 1, &number, 4);
    memcpy(head + 5, &at, 8);
    memcpy(head + 13, &length, 4);
    struct iovec parts[2] = {{head, sizeof head}, {(void *)bytes, length}};
    syscall(SYS_writev, trace, parts, 2);
}

static void note_paths(char operation, const char *from, const char *to) {
    char both[2 * PATH_MAX];
    int length = snprintf(both, sizeof both, "%s%c%s", from, 0, to ? to : "");
    note(operation, -1, 0, both, (uint32_t)length);
}

/* Whether this operation fails; `room` for one that needs room on the disk. The lock is held. */
static int fails(int room) {
    if (!fail_errno || (fail_errno == ENOSPC && !room)) return 0;
    operations++;
    return operations >= fail_from && (fail_most == 0 || operations < fail_from + fail_most);
}

static int opened(int fd, const char *path, int flags) {
    int what = ours(path);
    if (fd < 0 || fd >= MOST) return fd;
    kind[fd] = NONE;
    if (what == NONE) return fd;
    struct stat found;
    if (what != ACKS && fstat(fd, &found) == 0 && S_ISDIR(found.st_mode)) what = FOLDER;
    kind[fd] = (unsigned char)what;
    if (what == FILE_OF_OURS || what == FOLDER) {
        char text[PATH_MAX];
        int length = snprintf(text, sizeof text, "%s", path);
        note(what == FOLDER ? 'F' : 'O', fd, (flags & O_TRUNC) ? 1 : 0, text, (uint32_t)length);
    }
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); \
        } \
        if (ours(path) == NONE) { \
            int fd = real_##name(path, flags, mode); \
            if (fd >= 0 && fd < MOST) kind[fd] = NONE; \
            return fd; \
        } \
        pthread_mutex_lock(&lock); \
        int fd = -1; \
        if (ours(path) != ACKS && (flags & O_CREAT) && fails(1)) errno = fail_errno; \
        else fd = opened(real_##name(path, flags, mode), path, flags); \
        int why = errno; \
        pthread_mutex_unlock(&lock); \
        errno = why; \
        return fd; \
    }
OPEN(open)
OPEN(open64)

int openat(int folder, const char *path, int flags, ...) {
    REAL(openat);
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more);
    }
    int fd = real_openat(folder, path, flags, mode);
    if (fd >= 0 && fd < MOST) kind[fd] = NONE;
    return fd;
}

int close(int fd) {
    REAL(close);
    if (kind_of(fd) != NONE) {
        pthread_mutex_lock(&lock);
        note('C', fd, 0, "", 0);
        kind[fd] = NONE;
        pthread_mutex_unlock(&lock);
    }
    return real_close(fd);
}

/* A write at `at`, or where the descriptor stands for UINT64_MAX. */
static ssize_t put(int fd, const void *bytes, size_t length, uint64_t at) {
    pthread_mutex_lock(&lock);
    ssize_t done;
    if (kind_of(fd) == ACKS) {
        done = (ssize_t)syscall(SYS_write, fd, bytes, length);
        note('A', fd, 0, bytes, (uint32_t)length);
    } else {
        uint64_t place = at == UINT64_MAX ? (uint64_t)lseek(fd, 0, SEEK_CUR) : at;
        size_t most = length;
        if (at == UINT64_MAX && (fcntl(fd, F_GETFL) & O_APPEND)) {
            struct stat found;
            if (fstat(fd, &found) == 0) place = (uint64_t)found.st_size;
        }
        if (fails(1)) {
            /* The first failing write gets half through, as on a disk with a little room left. */
            most = operations == fail_from && length > 1 ? length / 2 : 0;
        }
        if (most == 0 && length > 0) {
            errno = fail_errno;
            done = -1;
        } else {
            done = at == UINT64_MAX ? (ssize_t)syscall(SYS_write, fd, bytes, most)
                                    : (ssize_t)syscall(SYS_pwrite64, fd, bytes, most, (off_t)at);
            if (done > 0) note('W', fd, place, bytes, (uint32_t)done);
        }
    }
    int why = errno;
    pthread_mutex_unlock(&lock);
    errno = why;
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    if (kind_of(fd) == NONE || kind_of(fd) == FOLDER) return real_write(fd, bytes, length);
    return put(fd, bytes, length, UINT64_MAX);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    REAL(pwrite);
    if (kind_of(fd) != FILE_OF_OURS) return real_pwrite(fd, bytes, length, at);
    return put(fd, bytes, length, (uint64_t)at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    REAL(pwrite64);
    if (kind_of(fd) != FILE_OF_OURS) return real_pwrite64(fd, bytes, length, at);
    return put(fd, bytes, length, (uint64_t)at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    if (kind_of(fd) == NONE) return real_writev(fd, parts, count);
    ssize_t whole = 0;
    for (int i = 0; i < count; i++) {
        if (parts[i].iov_len == 0) continue;
        ssize_t done = put(fd, parts[i].iov_base, parts[i].iov_len, UINT64_MAX);
        if (done < 0) return whole ? whole : -1;
        whole += done;
        if ((size_t)done < parts[i].iov_len) break;
    }
    return whole;
}

#define READ(name, ...) \
    if (kind_of(fd) == FILE_OF_OURS && fail_errno == EIO) { \
        pthread_mutex_lock(&lock); \
        int bad = fails(0); \
        pthread_mutex_unlock(&lock); \
        if (bad) { errno = EIO; return -1; } \
    } \
    REAL(name); \
    return real_##name(__VA_ARGS__)

ssize_t read(int fd, void *bytes, size_t length) { READ(read, fd, bytes, length); }
ssize_t pread(int fd, void *bytes, size_t length, off_t at) { READ(pread, fd, bytes, length, at); }
ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) { READ(pread64, fd, bytes, length, at); }

static int cut(int fd, uint64_t length) {
    pthread_mutex_lock(&lock);
    int done = -1;
    if (fails(1)) errno = fail_errno;
    else {
        done = (int)syscall(SYS_ftruncate, fd, (off_t)length);
        if (done == 0) note('T', fd, length, "", 0);
    }
    int why = errno;
    pthread_mutex_unlock(&lock);
    errno = why;
    return done;
}

int ftruncate(int fd, off_t length) {
    REAL(ftruncate);
    return kind_of(fd) == FILE_OF_OURS ? cut(fd, (uint64_t)length) : real_ftruncate(fd, length);
}

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    return kind_of(fd) == FILE_OF_OURS ? cut(fd, (uint64_t)length) : real_ftruncate64(fd, length);
}

/* Not really synced: what counts is what the trace says was. */
static int sync_of(int fd) {
    pthread_mutex_lock(&lock);
    int done = 0;
    if (fail_errno == EIO && fails(0)) {
        errno = EIO;
        done = -1;
    } else note(kind_of(fd) == FOLDER ? 'D' : 'S', fd, 0, "", 0);
    int why = errno;
    pthread_mutex_unlock(&lock);
    errno = why;
    return done;
}

int fsync(int fd) {
    REAL(fsync);
    return kind_of(fd) == FILE_OF_OURS || kind_of(fd) == FOLDER ? sync_of(fd) : real_fsync(fd);
}

int fdatasync(int fd) {
    REAL(fdatasync);
    return kind_of(fd) == FILE_OF_OURS || kind_of(fd) == FOLDER ? sync_of(fd) : real_fdatasync(fd);
}

/* A change of a name, noted when it was made. */
#define NAMING(operation, from, to, room, call) \
    do { \
        pthread_mutex_lock(&lock); \
        int done = -1; \
        if (fails(room)) errno = fail_errno; \
        else { done = (call); if (done == 0) note_paths(operation, from, to); } \
        int why = errno; \
        pthread_mutex_unlock(&lock); \
        errno = why; \
        return done; \
    } while (0)

int unlink(const char *path) {
    REAL(unlink);
    if (ours(path) != FILE_OF_OURS) return real_unlink(path);
    NAMING('U', path, NULL, 0, real_unlink(path));
}

int rename(const char *from, const char *to) {
    REAL(rename);
    if (ours(from) != FILE_OF_OURS) return real_rename(from, to);
    NAMING('R', from, to, 1, real_rename(from, to));
}

int link(const char *from, const char *to) {
    REAL(link);
    if (ours(from) != FILE_OF_OURS) return real_link(from, to);
    NAMING('L', from, to, 1, real_link(from, to));
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    REAL(linkat);
    if (ours(from) != FILE_OF_OURS) return real_linkat(from_folder, from, to_folder, to, flags);
    NAMING('L', from, to, 1, real_linkat(from_folder, from, to_folder, to, flags));
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    if (ours(path) != FILE_OF_OURS) return real_mkdir(path, mode);
    NAMING('M', path, NULL, 1, real_mkdir(path, mode));
}
