"""One pix2pix training step in PyTorch, in the reference's order (models/pix2pix_model.py, optimize_parameters)."""

import torch
from torch import nn

GAN_LOSSES = {"vanilla": nn.BCEWithLogitsLoss, "lsgan": nn.MSELoss}


class Pix2Pix:
    """Generator, discriminator, their losses and optimisers. Losses of the last step are in `losses`."""

    def __init__(self, generator, discriminator, lr=2e-4, beta1=0.5, lambda_l1=100.0, gan_mode="vanilla", fused=None):
        self.G, self.D = generator, discriminator
        self.gan_loss, self.l1_loss, self.lambda_l1 = GAN_LOSSES[gan_mode](), nn.L1Loss(), lambda_l1
        adam = dict(lr=lr, betas=(beta1, 0.999), fused=fused)
        self.optimizer_G = torch.optim.Adam(self.G.parameters(), **adam)
        self.optimizer_D = torch.optim.Adam(self.D.parameters(), **adam)
        self.losses = {}

    def judge(self, logits, real: bool):
        return self.gan_loss(logits, torch.full_like(logits, 1.0 if real else 0.0))

    def optimize_parameters(self, real_A, real_B):
        fake_B = self.G(real_A)

        self.D.requires_grad_(True)
        self.optimizer_D.zero_grad()
        d_fake = self.judge(self.D(torch.cat([real_A, fake_B], 1).detach()), False)
        d_real = self.judge(self.D(torch.cat([real_A, real_B], 1)), True)
        ((d_fake + d_real) * 0.5).backward()
        self.optimizer_D.step()

        self.D.requires_grad_(False)  # from here on the updated D only judges
        self.optimizer_G.zero_grad()
        g_gan = self.judge(self.D(torch.cat([real_A, fake_B], 1)), True)
        g_l1 = self.l1_loss(fake_B, real_B) * self.lambda_l1
        (g_gan + g_l1).backward()
        self.optimizer_G.step()

        self.losses = {"G_GAN": g_gan, "G_L1": g_l1, "D_real": d_real, "D_fake": d_fake}
        return fake_B.detach()
