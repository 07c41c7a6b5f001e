/*
 * Preloaded into a process, records what it asks of the files in one folder, in its order: names made, removed and
 * renamed, writes with their content, cuts, and syncs with their begin and end. What goes to standard output or to a
 * socket stands in the same record, so that it is known what the world had been told at any point.
 *
 * RECORD_FOLDER: the folder; RECORD_FILE: where the record goes. A record is
 *   type (1 byte), number (8), length of the name (4), length of the content (4), name, content
 * in the machine's byte order; `number` is an offset, a size, or the number of a sync. Each is one write at the end of the
 * file, so that other processes can add to it what they want to be known at a point.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS_MAX 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *names[FDS_MAX];
static char folder[PATH_MAX];
static size_t folder_length;
static int record_fd = -1;
static uint64_t syncs = 0;
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);

__attribute__((constructor)) static void begin(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_writev = dlsym(RTLD_NEXT, "writev");
  const char *of = getenv("RECORD_FOLDER"), *to = getenv("RECORD_FILE");
  if (of == NULL || to == NULL || realpath(of, folder) == NULL) return;
  folder_length = strlen(folder);
  int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  record_fd = real_open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void record(char type, uint64_t number, const char *name, const void *content, uint32_t length) {
  if (record_fd < 0) return;
  uint32_t name_length = (uint32_t)strlen(name);
  char head[17];
  head[0] = type;
  memcpy(head + 1, &number, 8);
  memcpy(head + 9, &name_length, 4);
  memcpy(head + 13, &length, 4);
  struct iovec parts[] = {{head, sizeof head}, {(void *)name, name_length}, {(void *)content, length}};
  pthread_mutex_lock(&lock);
  if (real_writev(record_fd, parts, 3) != (ssize_t)(sizeof head + name_length + length)) _exit(99);
  pthread_mutex_unlock(&lock);
}

/* The name within the folder, "." for the folder itself, NULL for what lies elsewhere. */
static const char *inside(const char *path) {
  if (folder_length == 0 || strncmp(path, folder, folder_length) != 0) return NULL;
  if (path[folder_length] == '\0') return ".";
  return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

/* Node closes files by a call of the kernel, which is not seen here: a number may be that of a socket by now. */
static const char *name_of(int fd) {
  struct stat about;
  if (fd < 0 || fd >= FDS_MAX || names[fd] == NULL || fstat(fd, &about) != 0) return NULL;
  return S_ISREG(about.st_mode) || S_ISDIR(about.st_mode) ? names[fd] : NULL;
}

static int opened(int fd, const char *path, int flags, int existed) {
  const char *name = inside(path);
  if (fd < 0 || fd >= FDS_MAX) return fd;
  free(names[fd]);
  names[fd] = name == NULL ? NULL : strdup(name);
  if (name == NULL) return fd;
  if (!existed && (flags & O_CREAT)) record('O', 0, name, NULL, 0);
  else if (flags & O_TRUNC) record('T', 0, name, NULL, 0);
  return fd;
}

#define OPEN(function)                                                            \
  int function(const char *path, int flags, ...) {                                \
    va_list rest;                                                                 \
    va_start(rest, flags);                                                        \
    mode_t mode = va_arg(rest, mode_t);                                           \
    va_end(rest);                                                                 \
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #function);            \
    int existed = access(path, F_OK) == 0;                                        \
    return opened(real(path, flags, mode), path, flags, existed);                 \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  int (*real)(int) = dlsym(RTLD_NEXT, "close");
  if (fd >= 0 && fd < FDS_MAX && names[fd] != NULL) {
    free(names[fd]);
    names[fd] = NULL;
  }
  return real(fd);
}

static ssize_t wrote(int fd, const void *content, ssize_t length, off_t at) {
  const char *name = name_of(fd);
  if (length > 0 && name != NULL) record('W', (uint64_t)at, name, content, (uint32_t)length);
  return length;
}

static int is_told(int fd) {
  struct stat about;
  if (fd == STDOUT_FILENO) return 1;
  return fd > STDERR_FILENO && fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

ssize_t write(int fd, const void *content, size_t length) {
  if (is_told(fd)) record('A', 0, "", content, (uint32_t)length);
  off_t at = name_of(fd) == NULL ? 0 : lseek(fd, 0, SEEK_CUR);
  return wrote(fd, content, real_write(fd, content, length), at);
}

/* To files nobody here writes in parts; what a socket is given stands in the record as one. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (record_fd >= 0 && is_told(fd)) {
    size_t length = 0;
    for (int part = 0; part < count; part++) length += parts[part].iov_len;
    char *content = malloc(length), *at = content;
    if (content == NULL) _exit(99);
    for (int part = 0; part < count; part++) at = mempcpy(at, parts[part].iov_base, parts[part].iov_len);
    record('A', 0, "", content, (uint32_t)length);
    free(content);
  } else if (name_of(fd) != NULL) {
    _exit(98);
  }
  return real_writev(fd, parts, count);
}

#define PWRITE(function, offset)                                                  \
  ssize_t function(int fd, const void *content, size_t length, offset at) {       \
    ssize_t (*real)(int, const void *, size_t, offset) = dlsym(RTLD_NEXT, #function); \
    return wrote(fd, content, real(fd, content, length, at), (off_t)at);          \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(function, offset)                                                \
  int function(int fd, offset size) {                                             \
    int (*real)(int, offset) = dlsym(RTLD_NEXT, #function);                       \
    int result = real(fd, size);                                                  \
    const char *name = name_of(fd);                                               \
    if (result == 0 && name != NULL) record('T', (uint64_t)size, name, NULL, 0);  \
    return result;                                                                \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(function)                                                            \
  int function(int fd) {                                                          \
    int (*real)(int) = dlsym(RTLD_NEXT, #function);                               \
    const char *name = name_of(fd);                                               \
    if (name == NULL) return real(fd);                                            \
    uint64_t number = __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST);            \
    record('S', number, name, NULL, 0);                                           \
    int result = real(fd);                                                        \
    if (result == 0) record('E', number, name, NULL, 0);                          \
    return result;                                                                \
  }
SYNC(fsync)
SYNC(fdatasync)

int mkdir(const char *path, mode_t mode) {
  int (*real)(const char *, mode_t) = dlsym(RTLD_NEXT, "mkdir");
  int result = real(path, mode);
  const char *name = inside(path);
  if (result == 0 && name != NULL) record('D', 0, name, NULL, 0);
  return result;
}

int unlink(const char *path) {
  int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
  int result = real(path);
  const char *name = inside(path);
  if (result == 0 && name != NULL) record('U', 0, name, NULL, 0);
  return result;
}

int rename(const char *from, const char *to) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  int result = real(from, to);
  const char *old = inside(from), *new = inside(to);
  if (result == 0 && old != NULL && new != NULL) record('R', 0, old, new, (uint32_t)strlen(new));
  return result;
}
