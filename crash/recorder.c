/* The power-cut recorder: an LD_PRELOAD library (Linux) that writes down, in one total order, everything the process under test does to the
 * files beneath one directory: writes with their bytes, size changes, directory operations, and each sync twice, at its start and at its end.
 *
 * Why: from that trace crash/image.ts builds the disks that a power cut at any moment may legally leave behind, and the real code reopens them.
 *
 * What holds:
 *  - A write is recorded after it returned and a sync before it is called. So "write record before sync-start record" proves that the write
 *    had finished when the sync began; when two threads race, the trace claims less than the kernel did, never more.
 *  - Directory operations and writes at the file's own position happen inside the recorder's lock: their order in the trace is the real one.
 *    Positional writes and syncs run outside it; their records carry `started`, the number of records that existed when the call began.
 *  - Each record reaches the trace by one O_APPEND writev, so SIGKILL keeps all that was recorded. If the trace cannot be written, the
 *    process aborts: a recording with a hole would call lost data safe.
 *  - What cannot be recorded is either refused with an error for which callers have a fallback (io_uring, copy_file_range, sendfile and clones
 *    into the root) or noted as UNTRACKED (shared writable mappings, stdio streams, symbolic links), never silently missed.
 *
 * Environment: ETHOGRAM_RECORD_ROOT (directory, must exist), ETHOGRAM_RECORD_TRACE (file, appended to), ETHOGRAM_RECORD_MARKS (file whose
 * appended bytes become MARK records; default ROOT/../acks). Without the first two the library does nothing.
 *
 * Non-goals: reads; sync() and syncfs() (counted as no sync, which is the pessimistic side); file descriptors received over sockets. A forked
 * child that has not yet called exec is not recorded.
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
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- The trace format: little-endian, one head of 80 bytes, then path bytes, then data bytes. trace.ts reads the same table. ---- */

enum op { OP_OPEN = 1, OP_WRITE, OP_TRUNCATE, OP_ALLOCATE, OP_ZERO, OP_SYNC_START, OP_SYNC_END, OP_RENAME, OP_UNLINK, OP_MKDIR, OP_RMDIR, OP_LINK,
          OP_MARK, OP_UNTRACKED };
enum flag { FLAG_CREATED = 1, FLAG_TRUNCATED = 2, FLAG_DIRECTORY = 4, FLAG_DURABLE = 8, FLAG_DATA_ONLY = 16, FLAG_MAPPING = 32 };

struct head {
  uint32_t magic;      /* "ECR1" */
  uint32_t size;       /* of the whole record */
  uint64_t sequence;   /* per process, from 0 */
  uint64_t started;    /* this process's record count when the call began; for SYNC_END the sequence of its SYNC_START */
  uint32_t process;
  uint16_t op;
  uint16_t flags;
  uint64_t device;
  uint64_t inode;
  int64_t offset;      /* bytes into the file */
  int64_t length;      /* bytes; for TRUNCATE the new size */
  int64_t result;      /* what the call returned, or -errno */
  uint32_t path_size;  /* relative to the root; RENAME and LINK: "from\0to" */
  uint32_t data_size;
};
_Static_assert(sizeof(struct head) == 80, "trace.ts expects a head of 80 bytes");

/* ---- State ---- */

#define SLOTS 65536
enum kind { KIND_NONE = 0, KIND_FILE, KIND_MARKS };
struct slot { volatile uint8_t kind; uint8_t durable; dev_t device; ino_t inode; };

static struct slot slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int active;
static pid_t owner;
static int trace_fd = -1;
static uint64_t sequence;
static char root[PATH_MAX];
static char marks[PATH_MAX];

#define REAL(name) ({ static __typeof__(&name) real_; if (!real_) real_ = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real_; })

static void die(const char *what) {
  char line[256];
  int length = snprintf(line, sizeof line, "crash recorder: %s (errno %d)\n", what, errno);
  if (length > 0) syscall(SYS_write, 2, line, (size_t)length);
  abort();
}

__attribute__((constructor)) static void start(void) {
  const char *wanted_root = getenv("ETHOGRAM_RECORD_ROOT"), *trace = getenv("ETHOGRAM_RECORD_TRACE"), *wanted_marks = getenv("ETHOGRAM_RECORD_MARKS");
  if (!wanted_root || !trace) return;
  if (!realpath(wanted_root, root)) die("ETHOGRAM_RECORD_ROOT does not exist");
  char given[PATH_MAX + 8], folder[PATH_MAX];
  if (wanted_marks) snprintf(given, sizeof given, "%s", wanted_marks);
  else snprintf(given, sizeof given, "%s/../acks", root);
  char *slash = strrchr(given, '/');
  if (!slash) die("ETHOGRAM_RECORD_MARKS must be an absolute path");
  *slash = 0;
  if (!realpath(*given ? given : "/", folder)) die("the folder of ETHOGRAM_RECORD_MARKS does not exist");
  if (strlen(folder) + strlen(slash + 1) + 2 > sizeof marks) die("ETHOGRAM_RECORD_MARKS is too long");
  strcpy(marks, folder);
  strcat(marks, "/");
  strcat(marks, slash + 1);
  int fd = REAL(open)(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) die("cannot open ETHOGRAM_RECORD_TRACE");
  trace_fd = REAL(fcntl)(fd, F_DUPFD_CLOEXEC, 900); /* out of the way of programs that count their descriptors */
  if (trace_fd < 0) trace_fd = fd;
  else REAL(close)(fd);
  owner = getpid();
  active = 1;
}

/* A vforked or forked child shares or copies our memory, perhaps with the lock held; only the process that opened the trace records. */
static int recording(void) { return active && getpid() == owner; }

/* ---- Records. The caller holds the lock. ---- */

static void append(struct head *head, const char *path, size_t path_size, const struct iovec *data, int parts, size_t data_size) {
  size_t size = sizeof *head + path_size + data_size;
  if (size > UINT32_MAX) die("one write is larger than 4 GiB");
  head->magic = 0x31524345u;
  head->size = (uint32_t)size;
  head->sequence = sequence++;
  head->process = (uint32_t)owner;
  head->path_size = (uint32_t)path_size;
  head->data_size = (uint32_t)data_size;
  struct iovec list[IOV_MAX];
  int used = 0;
  list[used++] = (struct iovec){ head, sizeof *head };
  if (path_size) list[used++] = (struct iovec){ (void *)path, path_size };
  char *joined = NULL;
  if (parts > IOV_MAX - 2) { /* one syscall takes at most IOV_MAX parts, and we need two of them */
    joined = malloc(data_size ? data_size : 1);
    if (!joined) die("out of memory");
    size_t at = 0;
    for (int i = 0; i < parts && at < data_size; i++) {
      size_t take = data[i].iov_len < data_size - at ? data[i].iov_len : data_size - at;
      memcpy(joined + at, data[i].iov_base, take);
      at += take;
    }
    list[used++] = (struct iovec){ joined, data_size };
  } else {
    size_t left = data_size;
    for (int i = 0; i < parts && left; i++) {
      size_t take = data[i].iov_len < left ? data[i].iov_len : left;
      if (take) list[used++] = (struct iovec){ data[i].iov_base, take };
      left -= take;
    }
  }
  ssize_t written;
  do written = REAL(writev)(trace_fd, list, used);
  while (written < 0 && errno == EINTR);
  if (written != (ssize_t)size) die("the trace could not be written whole");
  free(joined);
}

static int64_t outcome(int64_t result) { return result < 0 ? -(int64_t)errno : result; }

static void record_path(enum op op, int flags, const struct stat *about, const char *path, size_t path_size) {
  struct head head = { .op = (uint16_t)op, .flags = (uint16_t)flags, .started = sequence };
  if (about) { head.device = about->st_dev; head.inode = about->st_ino; }
  append(&head, path, path_size, NULL, 0, 0);
}

static void record_untracked(const char *path, const char *reason) {
  struct head head = { .op = OP_UNTRACKED, .started = sequence };
  struct iovec data = { (void *)reason, strlen(reason) };
  append(&head, path, strlen(path), &data, 1, data.iov_len);
}

/* ---- Paths ---- */

/* The real absolute path of (folder, path) with its last component left as it is: that is the name a directory operation acts on. */
static int absolute(int folder, const char *path, char *out) {
  char joined[PATH_MAX * 2 + 2];
  if (!path || !*path) return 0;
  if (path[0] == '/') {
    if (strlen(path) >= sizeof joined) return 0;
    strcpy(joined, path);
  } else {
    char base[PATH_MAX];
    if (folder == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return 0;
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
      ssize_t length = readlink(link, base, sizeof base - 1);
      if (length < 0) return 0;
      base[length] = 0;
    }
    if (strlen(path) >= PATH_MAX) return 0;
    snprintf(joined, sizeof joined, "%s/%s", base, path);
  }
  size_t length = strlen(joined);
  while (length > 1 && joined[length - 1] == '/') joined[--length] = 0;
  char *slash = strrchr(joined, '/');
  if (!slash || !strcmp(slash + 1, ".") || !strcmp(slash + 1, "..") || !slash[1]) return realpath(joined, out) != NULL;
  char last[NAME_MAX + 1], parent[PATH_MAX];
  if (strlen(slash + 1) > NAME_MAX) return 0;
  strcpy(last, slash + 1);
  *slash = 0;
  if (!realpath(joined[0] ? joined : "/", parent)) return 0;
  if (strlen(parent) + strlen(last) + 2 > PATH_MAX) return 0;
  sprintf(out, "%s/%s", strcmp(parent, "/") ? parent : "", last);
  return 1;
}

/* The path relative to the root ("" is the root itself), or NULL when it lies outside. */
static const char *inside(const char *path) {
  size_t length = strlen(root);
  if (strncmp(path, root, length)) return NULL;
  if (path[length] == 0) return path + length;
  return path[length] == '/' ? path + length + 1 : NULL;
}

/* ---- Descriptors ---- */

static void forget(int fd) { if (fd >= 0 && fd < SLOTS && slots[fd].kind != KIND_NONE && recording()) slots[fd].kind = KIND_NONE; }

static void duplicate(int from, int to) {
  if (to < 0 || to >= SLOTS || from < 0 || from == to) return;
  if (from < SLOTS) slots[to] = slots[from];
  else slots[to].kind = KIND_NONE;
}

/* What this descriptor is to us. The inode is compared each time, so a descriptor closed behind our back never lends its name to another. */
static enum kind known(int fd, struct stat *about) {
  if (fd < 0 || fd >= SLOTS || slots[fd].kind == KIND_NONE || !recording()) return KIND_NONE;
  int kept = errno;
  struct slot slot = slots[fd];
  if (fstat(fd, about) || about->st_dev != slot.device || about->st_ino != slot.inode) { errno = kept; slots[fd].kind = KIND_NONE; return KIND_NONE; }
  errno = kept;
  return slot.kind;
}

static uint64_t moment(void) {
  pthread_mutex_lock(&lock);
  uint64_t now = sequence;
  pthread_mutex_unlock(&lock);
  return now;
}

/* ---- Opening ---- */

static int do_open(int folder, const char *path, int flags, mode_t mode) {
  char full[PATH_MAX];
  if (!recording() || !absolute(folder, path, full)) { int fd = REAL(openat)(folder, path, flags, mode); forget(fd); return fd; }
  const char *name = inside(full);
  int is_marks = !strcmp(full, marks);
  if (!name && !is_marks) { int fd = REAL(openat)(folder, path, flags, mode); forget(fd); return fd; }
  pthread_mutex_lock(&lock);
  struct stat before, after;
  int existed = fstatat(AT_FDCWD, full, &before, 0) == 0;
  int fd = REAL(openat)(folder, path, flags, mode);
  int kept = errno;
  if (fd >= 0 && fd < SLOTS) {
    if (fstat(fd, &after)) die("fstat of a file just opened failed");
    if ((flags & O_TMPFILE) == O_TMPFILE) record_untracked(name ? name : "", "O_TMPFILE");
    else {
      slots[fd] = (struct slot){ is_marks ? KIND_MARKS : KIND_FILE, (flags & O_DSYNC) != 0, after.st_dev, after.st_ino };
      if (!is_marks) {
        int noted = (existed ? 0 : FLAG_CREATED) | (existed && (flags & O_TRUNC) && S_ISREG(after.st_mode) ? FLAG_TRUNCATED : 0) |
                    (S_ISDIR(after.st_mode) ? FLAG_DIRECTORY : 0) | (flags & O_DSYNC ? FLAG_DURABLE : 0);
        record_path(OP_OPEN, noted, &after, name, strlen(name));
      }
    }
  } else if (fd >= SLOTS) die("a descriptor beyond 65535");
  pthread_mutex_unlock(&lock);
  errno = kept;
  return fd;
}

#define MODE_OF(flags, last) ({ mode_t mode_ = 0; if ((flags) & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) { va_list list_; va_start(list_, last); \
  mode_ = va_arg(list_, mode_t); va_end(list_); } mode_; })

int open(const char *path, int flags, ...) { return do_open(AT_FDCWD, path, flags, MODE_OF(flags, flags)); }
int openat(int folder, const char *path, int flags, ...) { return do_open(folder, path, flags, MODE_OF(flags, flags)); }
int creat(const char *path, mode_t mode) { return do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
#ifdef __GLIBC__
int open64(const char *path, int flags, ...) { return do_open(AT_FDCWD, path, flags, MODE_OF(flags, flags)); }
int openat64(int folder, const char *path, int flags, ...) { return do_open(folder, path, flags, MODE_OF(flags, flags)); }
int creat64(const char *path, mode_t mode) { return do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int __open_2(const char *path, int flags) { return do_open(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return do_open(AT_FDCWD, path, flags, 0); }
int __openat_2(int folder, const char *path, int flags) { return do_open(folder, path, flags, 0); }
int __openat64_2(int folder, const char *path, int flags) { return do_open(folder, path, flags, 0); }
#endif

/* stdio writes through calls inside libc that cannot be seen from here, so a stream on a file of ours is at least noted. */
static void note_stream(const char *path, const char *mode) {
  char full[PATH_MAX];
  const char *name;
  if (!recording() || !strpbrk(mode, "wa+") || !absolute(AT_FDCWD, path, full) || !(name = inside(full))) return;
  pthread_mutex_lock(&lock);
  record_untracked(name, "stdio stream");
  pthread_mutex_unlock(&lock);
}
FILE *fopen(const char *path, const char *mode) { note_stream(path, mode); return REAL(fopen)(path, mode); }
#ifdef __GLIBC__
FILE *fopen64(const char *path, const char *mode) { note_stream(path, mode); return REAL(fopen64)(path, mode); }
#endif

int close(int fd) { if (fd == trace_fd && recording()) return 0; forget(fd); return REAL(close)(fd); }
int dup(int fd) { int copy = REAL(dup)(fd); duplicate(fd, copy); return copy; }
int dup2(int fd, int to) { int copy = REAL(dup2)(fd, to); if (recording()) duplicate(fd, copy); return copy; }
int dup3(int fd, int to, int flags) { int copy = REAL(dup3)(fd, to, flags); if (recording()) duplicate(fd, copy); return copy; }

#define FCNTL(name) int name(int fd, int command, ...) { \
  va_list list; va_start(list, command); void *argument = va_arg(list, void *); va_end(list); \
  int result = REAL(name)(fd, command, argument); \
  if (result >= 0 && (command == F_DUPFD || command == F_DUPFD_CLOEXEC) && recording()) duplicate(fd, result); \
  return result; }
FCNTL(fcntl)
#ifdef __GLIBC__
FCNTL(fcntl64)
#endif

/* ---- Writing ---- */

static void record_write(enum op op, int flags, uint64_t started, const struct stat *about, int64_t offset, const struct iovec *data, int parts, int64_t result) {
  struct head head = { .op = (uint16_t)op, .flags = (uint16_t)flags, .started = started, .device = about->st_dev, .inode = about->st_ino,
                       .offset = offset, .length = result > 0 ? result : 0, .result = outcome(result) };
  append(&head, NULL, 0, data, parts, result > 0 ? (size_t)result : 0);
}

/* offset -1 means "at the descriptor's own position", which is read back after the write, under the lock. */
static ssize_t do_write(int fd, const struct iovec *data, int parts, int64_t offset, int rwf, ssize_t (*call)(int, const struct iovec *, int, int64_t, int)) {
  struct stat about;
  enum kind kind = known(fd, &about);
  if (kind == KIND_NONE) return call(fd, data, parts, offset, rwf);
  int durable = slots[fd].durable || (rwf & (RWF_DSYNC | RWF_SYNC)) ? FLAG_DURABLE : 0;
  enum op op = kind == KIND_MARKS ? OP_MARK : OP_WRITE;
  int own_position = offset < 0 || (rwf & RWF_APPEND);
  uint64_t started = own_position ? 0 : moment();
  if (own_position) { pthread_mutex_lock(&lock); started = sequence; }
  ssize_t result = call(fd, data, parts, offset, rwf);
  int kept = errno;
  if (own_position && result >= 0) offset = (rwf & RWF_APPEND) ? fstat(fd, &about) ? -1 : about.st_size - result : lseek(fd, 0, SEEK_CUR) - result;
  if (!own_position) pthread_mutex_lock(&lock);
  errno = kept;
  record_write(op, durable, started, &about, offset, data, parts, result);
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

static ssize_t call_write(int fd, const struct iovec *data, int parts, int64_t offset, int rwf) {
  (void)parts; (void)offset; (void)rwf; return REAL(write)(fd, data->iov_base, data->iov_len); }
static ssize_t call_writev(int fd, const struct iovec *data, int parts, int64_t offset, int rwf) {
  (void)offset; (void)rwf; return REAL(writev)(fd, data, parts); }
static ssize_t call_pwrite(int fd, const struct iovec *data, int parts, int64_t offset, int rwf) {
  (void)parts; (void)rwf; return REAL(pwrite)(fd, data->iov_base, data->iov_len, offset); }
static ssize_t call_pwritev(int fd, const struct iovec *data, int parts, int64_t offset, int rwf) {
  (void)rwf; return REAL(pwritev)(fd, data, parts, offset); }
static ssize_t call_pwritev2(int fd, const struct iovec *data, int parts, int64_t offset, int rwf) { return REAL(pwritev2)(fd, data, parts, offset, rwf); }

ssize_t write(int fd, const void *bytes, size_t size) { struct iovec one = { (void *)bytes, size }; return do_write(fd, &one, 1, -1, 0, call_write); }
ssize_t writev(int fd, const struct iovec *data, int parts) { return do_write(fd, data, parts, -1, 0, call_writev); }
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { struct iovec one = { (void *)bytes, size }; return do_write(fd, &one, 1, at, 0, call_pwrite); }
ssize_t pwritev(int fd, const struct iovec *data, int parts, off_t at) { return do_write(fd, data, parts, at, 0, call_pwritev); }
ssize_t pwritev2(int fd, const struct iovec *data, int parts, off_t at, int rwf) { return do_write(fd, data, parts, at, rwf, call_pwritev2); }
#ifdef __GLIBC__
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) { struct iovec one = { (void *)bytes, size }; return do_write(fd, &one, 1, at, 0, call_pwrite); }
ssize_t pwritev64(int fd, const struct iovec *data, int parts, off64_t at) { return do_write(fd, data, parts, at, 0, call_pwritev); }
ssize_t pwritev64v2(int fd, const struct iovec *data, int parts, off64_t at, int rwf) { return do_write(fd, data, parts, at, rwf, call_pwritev2); }
#endif

/* ---- Sizes. Inside the lock: a size change must not trade places with another in the trace. ---- */

static void record_size(enum op op, const struct stat *about, int64_t offset, int64_t length, int64_t result) {
  struct head head = { .op = (uint16_t)op, .started = sequence, .device = about->st_dev, .inode = about->st_ino, .offset = offset, .length = length,
                       .result = outcome(result) };
  append(&head, NULL, 0, NULL, 0, 0);
}

static int do_ftruncate(int fd, int64_t size) {
  struct stat about;
  if (known(fd, &about) != KIND_FILE) return REAL(ftruncate)(fd, size);
  pthread_mutex_lock(&lock);
  int result = REAL(ftruncate)(fd, size), kept = errno;
  record_size(OP_TRUNCATE, &about, 0, size, result);
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

static int do_truncate(const char *path, int64_t size) {
  char full[PATH_MAX];
  struct stat about;
  if (!recording() || !absolute(AT_FDCWD, path, full) || !inside(full) || stat(full, &about)) return REAL(truncate)(path, size);
  pthread_mutex_lock(&lock);
  record_path(OP_OPEN, 0, &about, inside(full), strlen(inside(full))); /* so that the reader can tell which file this inode is */
  int result = REAL(truncate)(path, size), kept = errno;
  record_size(OP_TRUNCATE, &about, 0, size, result);
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

static int do_fallocate(int fd, int mode, int64_t offset, int64_t length) {
  struct stat about;
  if (known(fd, &about) != KIND_FILE) return REAL(fallocate)(fd, mode, offset, length);
  if (mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)) { errno = EOPNOTSUPP; return -1; }
  pthread_mutex_lock(&lock);
  int result = REAL(fallocate)(fd, mode, offset, length), kept = errno;
  if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) record_size(OP_ZERO, &about, offset, length, result);
  if (!(mode & FALLOC_FL_KEEP_SIZE)) { errno = kept; record_size(OP_ALLOCATE, &about, offset, length, result); }
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

static int do_posix_fallocate(int fd, int64_t offset, int64_t length) { /* returns the error number and leaves errno alone */
  struct stat about;
  if (known(fd, &about) != KIND_FILE) return REAL(posix_fallocate)(fd, offset, length);
  pthread_mutex_lock(&lock);
  int result = REAL(posix_fallocate)(fd, offset, length), kept = errno;
  errno = result;
  record_size(OP_ALLOCATE, &about, offset, length, result ? -1 : 0);
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

int ftruncate(int fd, off_t size) { return do_ftruncate(fd, size); }
int truncate(const char *path, off_t size) { return do_truncate(path, size); }
int fallocate(int fd, int mode, off_t offset, off_t length) { return do_fallocate(fd, mode, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) { return do_posix_fallocate(fd, offset, length); }
#ifdef __GLIBC__
int ftruncate64(int fd, off64_t size) { return do_ftruncate(fd, size); }
int truncate64(const char *path, off64_t size) { return do_truncate(path, size); }
int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return do_fallocate(fd, mode, offset, length); }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return do_posix_fallocate(fd, offset, length); }
#endif

/* ---- Syncs. Two records, and the call itself outside the lock. sync_file_range gives no promise after a power cut, so it is passed through. ---- */

static int do_sync(int fd, int data_only, int (*call)(int)) {
  struct stat about;
  if (known(fd, &about) != KIND_FILE) return call(fd);
  int flags = (data_only ? FLAG_DATA_ONLY : 0) | (S_ISDIR(about.st_mode) ? FLAG_DIRECTORY : 0);
  struct head head = { .op = OP_SYNC_START, .flags = (uint16_t)flags, .device = about.st_dev, .inode = about.st_ino };
  pthread_mutex_lock(&lock);
  uint64_t started = head.started = sequence;
  append(&head, NULL, 0, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  int result = call(fd), kept = errno;
  head = (struct head){ .op = OP_SYNC_END, .flags = (uint16_t)flags, .started = started, .device = about.st_dev, .inode = about.st_ino, .result = outcome(result) };
  pthread_mutex_lock(&lock);
  append(&head, NULL, 0, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

int fsync(int fd) { return do_sync(fd, 0, REAL(fsync)); }
int fdatasync(int fd) { return do_sync(fd, 1, REAL(fdatasync)); }

/* ---- Mappings: what is stored through one cannot be seen, so it is named. A read-only mapping needs nothing. ---- */

static void note_mapping(int protection, int flags, int fd) {
  struct stat about;
  if (fd < 0 || !(protection & PROT_WRITE) || !(flags & MAP_SHARED) || known(fd, &about) != KIND_FILE) return;
  struct head head = { .op = OP_UNTRACKED, .flags = FLAG_MAPPING, .device = about.st_dev, .inode = about.st_ino };
  struct iovec reason = { "shared writable mapping", 23 };
  pthread_mutex_lock(&lock);
  head.started = sequence;
  append(&head, NULL, 0, &reason, 1, reason.iov_len);
  pthread_mutex_unlock(&lock);
}
void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  note_mapping(protection, flags, fd);
  return REAL(mmap)(at, size, protection, flags, fd, offset);
}
#ifdef __GLIBC__
void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset) {
  note_mapping(protection, flags, fd);
  return REAL(mmap64)(at, size, protection, flags, fd, offset);
}
#endif

/* ---- Directory operations ---- */

static int do_one_name(enum op op, int folder, const char *path, int (*call)(int, const char *, int), int argument) {
  char full[PATH_MAX];
  const char *name;
  if (!recording() || !absolute(folder, path, full) || !(name = inside(full))) return call(folder, path, argument);
  pthread_mutex_lock(&lock);
  int result = call(folder, path, argument), kept = errno;
  if (result == 0) {
    struct stat about = { 0 };
    if (op == OP_MKDIR && fstatat(AT_FDCWD, full, &about, AT_SYMLINK_NOFOLLOW)) die("stat of a directory just made failed");
    record_path(op, 0, &about, name, strlen(name));
  }
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

static int call_unlink(int folder, const char *path, int flags) { return REAL(unlinkat)(folder, path, flags); }
static int call_mkdir(int folder, const char *path, int mode) { return REAL(mkdirat)(folder, path, (mode_t)mode); }
int unlink(const char *path) { return do_one_name(OP_UNLINK, AT_FDCWD, path, call_unlink, 0); }
int rmdir(const char *path) { return do_one_name(OP_RMDIR, AT_FDCWD, path, call_unlink, AT_REMOVEDIR); }
int unlinkat(int folder, const char *path, int flags) { return do_one_name(flags & AT_REMOVEDIR ? OP_RMDIR : OP_UNLINK, folder, path, call_unlink, flags); }
int mkdir(const char *path, mode_t mode) { return do_one_name(OP_MKDIR, AT_FDCWD, path, call_mkdir, (int)mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return do_one_name(OP_MKDIR, folder, path, call_mkdir, (int)mode); }
int remove(const char *path) {
  struct stat about;
  if (lstat(path, &about)) return -1;
  return S_ISDIR(about.st_mode) ? rmdir(path) : unlink(path);
}

static int do_two_names(enum op op, int from_folder, const char *from, int to_folder, const char *to, unsigned flags,
                        int (*call)(int, const char *, int, const char *, unsigned)) {
  char from_full[PATH_MAX], to_full[PATH_MAX];
  const char *from_name = NULL, *to_name = NULL;
  if (recording() && absolute(from_folder, from, from_full) && absolute(to_folder, to, to_full)) { from_name = inside(from_full); to_name = inside(to_full); }
  if (!from_name && !to_name) return call(from_folder, from, to_folder, to, flags);
  if (op == OP_RENAME && (flags & ~(unsigned)RENAME_NOREPLACE)) { errno = EINVAL; return -1; } /* exchanges and whiteouts are not modelled */
  pthread_mutex_lock(&lock);
  int result = call(from_folder, from, to_folder, to, flags), kept = errno;
  if (result == 0) {
    if (from_name && to_name) {
      char both[PATH_MAX * 2 + 1];
      size_t from_size = strlen(from_name), to_size = strlen(to_name);
      memcpy(both, from_name, from_size + 1);
      memcpy(both + from_size + 1, to_name, to_size);
      record_path(op, 0, NULL, both, from_size + 1 + to_size);
    } else if (to_name) record_untracked(to_name, "moved or linked in from outside the root");
    else if (op == OP_RENAME) record_path(OP_UNLINK, 0, NULL, from_name, strlen(from_name));
  }
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

static int call_rename(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  return flags ? REAL(renameat2)(from_folder, from, to_folder, to, flags) : REAL(renameat)(from_folder, from, to_folder, to); }
static int call_link(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  return REAL(linkat)(from_folder, from, to_folder, to, (int)flags); }
int rename(const char *from, const char *to) { return do_two_names(OP_RENAME, AT_FDCWD, from, AT_FDCWD, to, 0, call_rename); }
int renameat(int a, const char *from, int b, const char *to) { return do_two_names(OP_RENAME, a, from, b, to, 0, call_rename); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return do_two_names(OP_RENAME, a, from, b, to, flags, call_rename); }
int link(const char *from, const char *to) { return do_two_names(OP_LINK, AT_FDCWD, from, AT_FDCWD, to, 0, call_link); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return do_two_names(OP_LINK, a, from, b, to, (unsigned)flags, call_link); }

static int do_symlink(const char *target, int folder, const char *path) {
  char full[PATH_MAX];
  int result = REAL(symlinkat)(target, folder, path), kept = errno;
  if (result == 0 && recording() && absolute(folder, path, full) && inside(full)) {
    pthread_mutex_lock(&lock);
    record_untracked(inside(full), "symbolic link");
    pthread_mutex_unlock(&lock);
  }
  errno = kept;
  return result;
}
int symlink(const char *target, const char *path) { return do_symlink(target, AT_FDCWD, path); }
int symlinkat(const char *target, int folder, const char *path) { return do_symlink(target, folder, path); }

/* ---- Ways around us, refused with the error for which callers fall back to plain writes ---- */

#define CLONE_FILE 0x40049409ul
#define CLONE_RANGE 0x4020940dul

static int ours(int fd) { struct stat about; return known(fd, &about) != KIND_NONE; }

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags) {
  if (ours(to)) { errno = EXDEV; return -1; }
  return REAL(copy_file_range)(from, from_at, to, to_at, size, flags);
}
ssize_t sendfile(int to, int from, off_t *at, size_t size) { if (ours(to)) { errno = EINVAL; return -1; } return REAL(sendfile)(to, from, at, size); }
#ifdef __GLIBC__
ssize_t sendfile64(int to, int from, off64_t *at, size_t size) { if (ours(to)) { errno = EINVAL; return -1; } return REAL(sendfile64)(to, from, at, size); }
#endif
int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  if ((request == CLONE_FILE || request == CLONE_RANGE) && ours(fd)) { errno = EOPNOTSUPP; return -1; }
  static int (*real)(int, unsigned long, ...);
  if (!real) real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  return real(fd, request, argument);
}
long syscall(long number, ...) {
  long a[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  if (active) {
#ifdef SYS_io_uring_setup
    if (number == SYS_io_uring_setup) { errno = ENOSYS; return -1; }
#endif
    if (number == SYS_copy_file_range && ours((int)a[2])) { errno = EXDEV; return -1; }
  }
  return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
