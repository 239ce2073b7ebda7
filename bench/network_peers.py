"""What a network does, by torch and torchvision, one job a line of the standard input: bench/networks.cpp has the jobs.

Usage: network_peers.py DATA THREADS
"""

import glob
import resource
import sys
import time

import torch
import torchvision
from torch.utils.data import DataLoader, Dataset
from torchvision import io, transforms

BATCH, EPSILON = 32, 2.0


class Files(Dataset):
    """Grey JPEG files, decoded and resized when they are asked for."""

    def __init__(self, folder, images, side):
        self.files = sorted(glob.glob(folder + "/**/*.jpg", recursive=True))[:images]
        self.resize = transforms.Resize((side, side))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        path = self.files[index]
        grey = io.decode_jpeg(io.read_file(path), mode=io.ImageReadMode.GRAY).float()
        return self.resize(torch.trunc(grey * 255 / grey.max())), int("no_tumor" in path)


class Jobs:
    def __init__(self, data):
        self.data = data
        self.network = torchvision.models.resnet18(num_classes=2)
        self.network.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3, weight_decay=1e-4)
        self.loss = torch.nn.CrossEntropyLoss()
        self.labels = torch.arange(BATCH) % 2

    @staticmethod
    def random_images(side):
        return 255 * torch.rand(BATCH, 1, side, side)

    def step(self, images, labels):
        self.optimizer.zero_grad()
        self.loss(self.network(images), labels).backward()
        self.optimizer.step()

    def forward(self, side, images):
        self.network.eval()
        batch = self.random_images(side)
        with torch.no_grad():
            for _ in range(0, images, BATCH):
                self.network(batch)

    def training(self, side, images):
        self.network.train()
        batch = self.random_images(side)
        for _ in range(0, images, BATCH):
            self.step(batch, self.labels)

    def fgsm(self, side, images):
        """The published code's, which computes the gradient of the weights too; `input-fgsm` leaves that out."""
        self.network.eval()
        for _ in range(0, images, BATCH):
            batch = self.random_images(side).requires_grad_()
            self.network.zero_grad()
            self.loss(self.network(batch), self.labels).backward()
            torch.clamp(batch + EPSILON * batch.grad.sign(), 0, 255)

    def input_fgsm(self, side, images):
        for parameter in self.network.parameters():
            parameter.requires_grad_(False)
        self.fgsm(side, images)
        for parameter in self.network.parameters():
            parameter.requires_grad_(True)

    def epoch(self, side, images, workers=0):
        self.network.train()
        for batch, labels in DataLoader(Files(self.data, images, side), batch_size=BATCH, num_workers=workers):
            self.step(batch, labels)

    def epoch_of_workers(self, side, images):
        self.epoch(side, images, workers=2)


def main():
    torch.set_num_threads(int(sys.argv[2]))
    jobs = Jobs(sys.argv[1])
    for line in sys.stdin:
        name, *numbers = line.split()
        if name == "peak":
            print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6:.1f}", flush=True)
            continue
        start = time.perf_counter()
        getattr(jobs, name.replace("-", "_"))(*map(int, numbers))
        print(f"{time.perf_counter() - start:.5f}", flush=True)


if __name__ == "__main__":
    main()
