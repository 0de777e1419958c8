/* A program that blocks its signals after its first call, and reads them from a descriptor: case 33. */

#define _GNU_SOURCE
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "program.h"

/* The signals that a thread of this process blocks, as a mask. */
static uint64_t blocked(const char *thread)
{
	char path[300], line[300];
	uint64_t mask = 0;
	snprintf(path, sizeof path, "/proc/self/task/%s/status", thread);
	FILE *status = fopen(path, "r");
	CHECK(status);
	while (fgets(line, sizeof line, status))
		if (!strncmp(line, "SigBlk:", 7))
			mask = strtoull(line + 7, NULL, 16);
	fclose(status);
	return mask;
}

int main(void)
{
	SCARDCONTEXT context;
	EXPECT(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));

	/* SIGKILL and SIGSTOP cannot be blocked; 32 and 33 are the C library's. */
	uint64_t all = ~(UINT64_C(1) << (SIGKILL - 1) | UINT64_C(1) << (SIGSTOP - 1) | UINT64_C(3) << 31);
	DIR *threads = opendir("/proc/self/task");
	struct dirent *entry;
	int others = 0;
	CHECK(threads);
	while ((entry = readdir(threads))) {
		if (entry->d_name[0] == '.' || atoi(entry->d_name) == getpid())
			continue;
		CHECK((blocked(entry->d_name) & all) == all);
		others++;
	}
	closedir(threads);
	printf("threads %d\n", others);

	sigset_t mine;
	sigemptyset(&mine);
	sigaddset(&mine, SIGUSR1);
	sigaddset(&mine, SIGTERM);
	CHECK(sigprocmask(SIG_BLOCK, &mine, NULL) == 0);
	int descriptor = signalfd(-1, &mine, 0);
	int signals[] = {SIGUSR1, SIGTERM};
	for (int i = 0; i < 2; i++) {
		struct pollfd poll_for = {.fd = descriptor, .events = POLLIN};
		struct signalfd_siginfo read_signal;
		CHECK(kill(getpid(), signals[i]) == 0);
		CHECK(poll(&poll_for, 1, 10000) == 1);
		CHECK(read(descriptor, &read_signal, sizeof read_signal) == sizeof read_signal);
		CHECK((int)read_signal.ssi_signo == signals[i]);
	}
	EXPECT(SCardReleaseContext(context));
	puts("signals read");
	return 0;
}
