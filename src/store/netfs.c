/* netfs.c: see netfs.h. */
#include "store/netfs.h"

#include <stdio.h>
#include <string.h>

#ifdef __linux__
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#endif

/* Numbers: the manual page statfs(2), <linux/magic.h> of Linux 6.1, and for those that the kernel
 * does not list the tables of GNU coreutils' stat. Cluster file systems are in it too: several
 * machines may hold the file at once there. */
static const struct {
    uint64_t magic;
    const char *name;
} networks[] = {
    {0x00006969, "NFS"},
    {0x0000517B, "SMB"},
    {0xFF534D42, "CIFS"},
    {0xFE534D42, "SMB2"},
    {0x0000564C, "NCP"},
    {0x01021997, "9P"},
    {0x5346414F, "AFS"},
    {0x6B414653, "AFS"},
    {0x73757245, "Coda"},
    {0x00C36400, "Ceph"},
    {0x0BD00BD0, "Lustre"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
    {0xAAD7AAEA, "PanFS"},
    {0x01161970, "GFS2"},
    {0x7461636F, "OCFS2"},
    {0x786F4256, "vboxsf"},
    {0x7C7C6673, "prl_fs"},
};

#define FUSE_MAGIC UINT64_C(0x65735546)

/* FUSE says only that a program serves the files; many of these are local (ntfs-3g, gocryptfs).
 * The types below reach over a network or into another machine. */
static const char *const fuse_networks[] = {
    "fuse.sshfs",      "fuse.rclone",     "fuse.s3fs",    "fuse.curlftpfs", "fuse.davfs",
    "fuse.davfs2",     "fuse.glusterfs",  "fuse.smbnetfs", "fuse.gvfsd-fuse", "fuse.ceph-fuse",
    "fuse.ceph",       "fuse.juicefs",    "fuse.goofys",  "fuse.gcsfuse",   "fuse.blobfuse",
    "fuse.blobfuse2",  "fuse.onedriver",  "fuse.google-drive-ocamlfuse",    "fuse.mount-s3",
    "fuse.seaweedfs",  "fuse.moosefs",    "fuse.mfs",     "fuse.nfs",       "fuse.afpfs",
    "fuse.vmhgfs-fuse", "fuse.kio-fuse",  "fuse.hubicfuse", "fuse.ifuse",
};

const char *ys_netfs_name(uint64_t magic, const char *fuse_type)
{
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
        if (networks[i].magic == magic) return networks[i].name;
    if (magic != FUSE_MAGIC) return NULL;
    for (size_t i = 0; i < sizeof fuse_networks / sizeof fuse_networks[0]; i++)
        if (strcmp(fuse_networks[i], fuse_type) == 0) return strchr(fuse_type, '.') + 1;
    return NULL;
}

#ifdef __linux__

#define MOUNT_LINE_BYTES 4096
#define MOUNT_TYPE_BYTES 64
#define MOUNT_DEVICE_BYTES 32
#define MOUNT_LINES_MAX 100000

/* One line of /proc/self/mountinfo (proc(5)): "36 35 98:0 /root /point options - type source".
 * True when it is of this device ("98:0"); the type then stands in `type`. */
static bool mount_line(const char *line, const char *device, char type[MOUNT_TYPE_BYTES])
{
    char found[MOUNT_DEVICE_BYTES];
    if (sscanf(line, "%*s %*s %31s", found) != 1 || strcmp(found, device) != 0) return false;
    const char *mark = strstr(line, " - ");
    return mark && sscanf(mark + 3, "%63s", type) == 1;
}

static void mount_type(const char *folder, char type[MOUNT_TYPE_BYTES])
{
    struct stat info;
    char line[MOUNT_LINE_BYTES], device[MOUNT_DEVICE_BYTES];
    type[0] = '\0';
    if (stat(folder, &info) != 0) return;
    (void)snprintf(device, sizeof device, "%u:%u", major(info.st_dev), minor(info.st_dev));
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (!mounts) return;
    for (int i = 0; i < MOUNT_LINES_MAX && fgets(line, sizeof line, mounts); i++)
        if (mount_line(line, device, type)) break;
    (void)fclose(mounts);
}

enum ys_status ys_netfs_refuse(const char *folder, const char *path, struct ys_error *err)
{
    struct statfs info;
    char type[MOUNT_TYPE_BYTES] = "";
    if (statfs(folder, &info) != 0) return YS_OK; /* opening the file will say what is wrong */
    /* f_type is signed and of different widths; the magic numbers have 32 bits. */
    uint64_t magic = (uint64_t)info.f_type & UINT64_C(0xFFFFFFFF);
    if (magic == FUSE_MAGIC) mount_type(folder, type);
    const char *name = ys_netfs_name(magic, type);
    if (!name) return YS_OK;
    return ys_fail(err, YS_ENETFS,
                   "%s is on a network file system (%s), where a database gets damaged. Choose a "
                   "file on a disk of this machine with --db.",
                   path, name);
}

#else

enum ys_status ys_netfs_refuse(const char *folder, const char *path, struct ys_error *err)
{
    (void)folder;
    (void)path;
    (void)err;
    return YS_OK;
}

#endif
